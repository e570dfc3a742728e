#include "protocols/imap/command.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <optional>

namespace postern::imap {

namespace {

constexpr std::size_t most_arguments = 3;
constexpr std::size_t longest_tag = 32;

struct word {
    std::string_view text;
    verb what;
};
constexpr word words[] = {
    {"CAPABILITY",   verb::capability  },
    {"NOOP",         verb::noop        },
    {"LOGOUT",       verb::logout      },
    {"ID",           verb::id          },
    {"STARTTLS",     verb::starttls    },
    {"LOGIN",        verb::login       },
    {"AUTHENTICATE", verb::authenticate},
};

// RFC 3501 section 9: tag = 1*<any ASTRING-CHAR except "+">.
bool is_tag(std::string_view text) {
    auto is_tag_char = [](char c) {
        return c > ' ' && text::is_printable(c) &&
               std::string_view("(){%*\"\\+").find(c) == std::string_view::npos;
    };
    return !text.empty() && text.size() <= longest_tag && std::ranges::all_of(text, is_tag_char);
}

// A command before its arguments are looked at.
struct head {
    std::string_view tag; // empty: none that may be repeated
    std::optional<verb> what;
    std::string_view rest; // behind the verb
};

head read_head(std::string_view text) {
    head out;
    auto space = text.find(' ');
    if (space == std::string_view::npos || !is_tag(text.substr(0, space))) return out;
    out.tag = text.substr(0, space);
    text.remove_prefix(std::min(text.find_first_not_of(' ', space), text.size()));
    auto name = text.substr(0, text.find(' '));
    auto known = std::ranges::find_if(words, [&](auto& w) { return text::equal(w.text, name); });
    if (known == std::end(words)) return out;
    out.what = known->what;
    out.rest = text.substr(name.size());
    return out;
}

not_a_command refused(const head& of) { return {of.tag.empty() ? "*" : std::string(of.tag)}; }

// Each reads one argument off the front of the text; false when it is none.
bool read_quoted(std::string_view& text, std::string& out) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
        // nginx lets the backslash stand before anything, RFC 3501 only before itself and quotes.
        if (text[i] == '\\' && ++i == text.size()) return false;
        if (!text::fits_line(text.substr(i, 1))) return false;
        out += text[i];
    }
    return false;
}

bool read_literal(std::string_view& text, std::string& out) {
    auto close = text.find('}');
    if (close == std::string_view::npos || text.substr(close + 1, 2) != "\r\n") return false;
    auto digits = text.substr(1, close - 1);
    if (digits.ends_with('+')) digits.remove_suffix(1);
    text.remove_prefix(close + 3);
    std::size_t size = 0;
    for (char c : digits) {
        if (!text::is_digit(c)) return false;
        size = size * 10 + static_cast<std::size_t>(c - '0');
        if (size > text.size()) return false;
    }
    if (digits.empty()) return false;
    out = text.substr(0, size);
    text.remove_prefix(size);
    return out.find('\0') == std::string::npos; // RFC 3501 section 9: literal = *CHAR8, not NUL
}

bool read_atom(std::string_view& text, std::string& out) {
    out = text.substr(0, text.find(' '));
    text.remove_prefix(out.size());
    return text::fits_line(out);
}

bool read_arguments(std::string_view text, std::vector<secret>& out) {
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) return true;
        if (out.size() == most_arguments) return false;
        std::string one;
        one.reserve(text.size()); // no copy is left by growing
        auto good = text[0] == '"'   ? read_quoted(text, one)
                    : text[0] == '{' ? read_literal(text, one)
                                     : read_atom(text, one);
        out.emplace_back(one);
        wipe(one);
        if (!good || (!text.empty() && text[0] != ' ')) return false;
    }
}

// Whether there is a list within a list. Nothing that may be said before a login has one (RFC 2971
// section 3.1: ID has one list of strings).
bool nests(std::string_view text) {
    int depth = 0;
    std::string skipped;
    while (!text.empty()) {
        auto c = text[0]; // a long text of any kind is looked at once
        if (c == '(' && ++depth > 1) return true;
        if (c == ')') --depth;
        auto after = text.substr(std::min(text.find_first_not_of("0123456789", 1), text.size()));
        bool is_string =
            c == '"' || (c == '{' && (after.starts_with('}') || after.starts_with('+')));
        skipped.clear();
        auto before = text;
        if (is_string && (c == '"' ? read_quoted(text, skipped) : read_literal(text, skipped)))
            continue;
        text = before.substr(1);
    }
    return false;
}

}

std::variant<command, not_a_command> parse(std::string_view text) {
    auto head = read_head(text);
    if (!head.what) return refused(head);
    command out;
    out.what = *head.what;
    out.tag = head.tag;
    // RFC 2971 has a list in ID, and we have no use for it.
    bool good = out.what == verb::id ? !nests(head.rest) : read_arguments(head.rest, out.args);
    if (!good) return refused(head);
    return out;
}

std::string tag_of(std::string_view text) { return refused(read_head(text)).tag; }

std::variant<verb, not_a_command> parse_start(std::string_view text) {
    auto head = read_head(text);
    if (!head.what) return refused(head);
    if (*head.what == verb::id) return verb::id;
    std::vector<secret> before;
    auto open = head.rest.rfind('{');
    if (*head.what != verb::login || open == std::string_view::npos) return refused(head);
    auto rest = head.rest.substr(0, open);
    bool next = rest.ends_with(' ') && read_arguments(rest, before) && before.size() < 2;
    if (!next) return refused(head);
    return verb::login;
}

}
