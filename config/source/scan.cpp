#include "config/source/scan.hpp"

#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

// Outside strings, in one line: a person has use for two or three.
constexpr int most_dots = 32;

// The offset behind a string in one line, or of the line's end when the string has none.
std::size_t after_string(std::string_view text, std::size_t at) {
    char quote = text[at++];
    for (; at < text.size() && text[at] != '\n'; ++at) {
        if (text[at] == quote) return at + 1;
        if (text[at] == '\\' && quote == '"' && text.substr(at + 1, 1) != "\n") ++at;
    }
    return std::min(at, text.size());
}

// The offset behind a string of several lines, which begins and ends with three quotes; up to two
// more before the end belong to it.
std::size_t after_long_string(std::string_view text, std::size_t at) {
    std::string end(3, text[at]);
    for (at += 3; at < text.size(); ++at) {
        if (text[at] == '\\' && end[0] == '"')
            ++at;
        else if (text.substr(at, 3) == end) {
            at += 3;
            for (int extra = 0; extra < 2 && at < text.size() && text[at] == end[0]; ++extra)
                ++at;
            return at;
        }
    }
    return text.size();
}

std::size_t after_any_string(std::string_view text, std::size_t at) {
    bool is_long = text.substr(at, 3) == std::string(3, text[at]);
    return is_long ? after_long_string(text, at) : after_string(text, at);
}

// Where in a text one is: in a name, or behind its "=", perhaps in arrays and inline tables there.
class whereabouts {
public:
    void pass(char c) {
        if (c == '=') in_value_ = true;
        if (c == '\n' && open_.empty()) in_value_ = false;
        if (c == '{' || (c == '[' && in_value_)) open_ += c;
        if ((c == '}' || c == ']') && !open_.empty()) {
            open_.pop_back();
            in_value_ = true;
        }
        if (c == '{' || (c == ',' && open_.ends_with('{'))) in_value_ = false;
    }

    // Whether a string may stand behind this character. Anywhere else the library would read it as
    // part of a number or a bare name.
    bool begins_after(char c) const {
        std::string_view before = in_value_ ? "=,[\n" : "\n,[{.";
        return before.find(c) != before.npos;
    }

private:
    std::string open_;
    bool in_value_ = false;
};

bool ends_before(std::string_view next) {
    return next.empty() ||
           std::string_view(" \t\r\n=,]}.#").find(next[0]) != std::string_view::npos;
}

constexpr std::string_view blanks = " \t\r\n\v\f";

bool is_blank(char c) { return blanks.find(c) != blanks.npos; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The offset of a letter that is not ASCII behind a backslash in a string of several lines, or
// behind the blanks and line ends that the backslash swallows; npos: there is none.
std::size_t swallowed_letter(std::string_view text, std::size_t at, std::size_t end) {
    if (text.substr(at, 3) != "\"\"\"") return text.npos;
    for (at += 3; at + 1 < end; ++at) {
        if (text[at] != '\\') continue;
        ++at;
        if (is_blank(text[at])) at = std::min(text.find_first_not_of(blanks, at), end) - 1;
        auto next = is_blank(text[at]) ? at + 1 : at;
        if (next < end && !is_ascii(text[next])) return next;
    }
    return text.npos;
}

bool is_plain(char c) { return (c >= ' ' && c < 0x7f) || c == '\t' || c == '\r' || c == '\n'; }

scan_trouble trouble_at(std::string_view text, std::size_t at, std::string what) {
    auto before = text.substr(0, at);
    auto start = before.rfind('\n');
    auto in_line = start == before.npos ? before : before.substr(start + 1);
    return {count_lines(before), count_characters(in_line) + 1, std::move(what)};
}

scan_trouble letter_at(std::string_view text, std::size_t at, std::string_view what) {
    auto length = std::max<std::size_t>(1, sequence_length(text.substr(at)));
    return trouble_at(text, at, in_quotes(text.substr(at, length)) + std::string(what));
}

}

std::optional<scan_trouble> scan_toml(std::string_view text) {
    constexpr std::string_view mark = "\xef\xbb\xbf"; // of byte order, which may begin a file
    int dots = 0;
    char last = '\n'; // but blanks
    whereabouts here;
    for (std::size_t at = text.starts_with(mark) ? mark.size() : 0; at < text.size();) {
        char c = text[at];
        if (c == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (c == '"' || c == '\'') {
            auto end = after_any_string(text, at);
            if (auto odd = swallowed_letter(text, at, end); odd != text.npos)
                return letter_at(
                    text, odd, " may not follow a backslash, or begin the line after it"
                );
            if (!here.begins_after(last) || !ends_before(text.substr(end, 1)))
                return trouble_at(text, at, "a quote that belongs to no name and no value");
            at = end;
            last = c;
        } else if (!is_plain(c)) {
            return letter_at(text, at, " may stand only in quotes or comments");
        } else {
            dots = c == '\n' ? 0 : dots + (c == '.' ? 1 : 0);
            if (dots > most_dots) return trouble_at(text, at, "more dots than any name has");
            here.pass(c);
            if (c != ' ' && c != '\t') last = c;
            ++at;
        }
    }
    return std::nullopt;
}

}
