#include "config/value/reading.hpp"

#include "config/report/source_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace postern::config {

namespace {

constexpr std::string_view blanks = " \t\r\n";

place place_of(const value& v, std::size_t offset) {
    place where = v.where;
    if (v.exact)
        where.column += 1 + count_characters(std::string_view(v.written).substr(0, offset));
    return where;
}

std::string name_of(const value& v) {
    if (v.what == value::boolean) return "true or false";
    if (v.what == value::integer) return "the number " + v.written;
    if (v.what == value::array) return "an array";
    return v.what == value::other ? v.written : in_quotes(v.written);
}

bool refuse_type(const value& v, const shape& kind, reading& in) {
    return in.refuse(v.where, "takes " + kind.syntax() + ", not " + name_of(v));
}

bool fits(const value& v, const shape& kind) {
    return v.what == value::text || (v.what == value::boolean && (kind.also & booleans) != 0) ||
           (v.what == value::integer && (kind.also & integers) != 0);
}

// A word in quotes, from its opening quote on. A backslash keeps the next byte as it is.
std::optional<std::string> take_quoted(std::string_view text, std::size_t& at) {
    char quote = text[at++];
    std::string out;
    for (; at < text.size(); ++at) {
        if (text[at] == quote) {
            ++at;
            return out;
        }
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        out += text[at];
    }
    return std::nullopt;
}

bool split(const value& v, reading& in, std::vector<word>& out) {
    std::string_view text = v.written;
    for (std::size_t at = 0;;) {
        at = text.find_first_not_of(blanks, at);
        if (at == text.npos) return true;
        auto where = place_of(v, at);
        if (text[at] == '"' || text[at] == '\'') {
            auto inner = take_quoted(text, at);
            if (!inner) return in.refuse(where, "a quote without its end");
            out.push_back({std::move(*inner), where});
            continue;
        }
        auto end = std::min(text.find_first_of(blanks, at), text.size());
        out.push_back({std::string(text.substr(at, end - at)), where});
        at = end;
    }
}

bool take_from_array(const value& v, const shape& kind, reading& in, std::vector<word>& out) {
    if (kind.most == 1 && v.items.size() != 1)
        return in.refuse(v.where, "takes one value: " + kind.syntax() + ", not an array");
    bool good = true;
    for (auto& item : v.items) {
        if (!fits(item, kind))
            good = refuse_type(item, kind, in);
        else
            out.push_back({item.written, place_of(item, 0)});
    }
    return good;
}

bool needs_quotes(const std::string& text) {
    return text.empty() || text.find_first_of(" \t\r\n\"'") != text.npos;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (auto& w : words)
        out += (out.empty() ? "" : " ") + w;
    return out;
}

std::string array_of(const std::vector<std::string>& items) {
    std::string out;
    for (auto& i : items)
        out += (out.empty() ? "" : ", ") + i;
    return "[" + out + "]";
}

}

bool reading::refuse(const place& where, const std::string& text, std::string hint) {
    out_.error(where, std::string(directive_) + ": " + text, std::move(hint));
    return false;
}

void reading::warn(const place& where, const std::string& text, std::string hint) {
    out_.warning(where, std::string(directive_) + ": " + text, std::move(hint));
}

bool take_words(const value& v, const shape& kind, reading& in, std::vector<word>& out) {
    if (v.what == value::array) {
        if (!take_from_array(v, kind, in, out)) return false;
    } else if (!fits(v, kind)) {
        return refuse_type(v, kind, in);
    } else if (!kind.split || v.what != value::text) {
        out.push_back({v.written, place_of(v, 0)});
    } else if (!split(v, in, out)) {
        return false;
    }
    if (out.size() < kind.least) return in.refuse(v.where, "needs " + kind.syntax());
    if (out.size() > kind.most)
        return in.refuse(
            out[kind.most].where,
            "too many words: " + in_quotes(out[kind.most].text),
            "takes " + kind.syntax()
        );
    return true;
}

std::span<const value> values_of(const value& v) {
    if (v.what == value::array) return v.items;
    return {&v, 1};
}

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (code < 0x20 || code == 0x7f)
            out += std::string("\\u00") + "0123456789abcdef"[code >> 4] +
                   "0123456789abcdef"[code & 15];
        else
            out += c;
    }
    return out + "\"";
}

std::string words_to_toml(const std::vector<std::string>& words, bool split) {
    if (!split || std::ranges::none_of(words, needs_quotes)) return toml_string(joined(words));
    std::vector<std::string> each;
    for (auto& w : words)
        each.push_back(toml_string(w));
    return array_of(each);
}

std::string to_toml(const written& w) {
    if (w.form == written::single) {
        if (w.values.empty()) return {};
        auto text = joined(w.values[0]);
        bool digits =
            !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
        return w.bare && digits ? text : words_to_toml(w.values[0], w.split);
    }
    std::vector<std::string> items;
    for (auto& words : w.values) {
        if (w.form == written::list)
            items.push_back(words_to_toml(words, w.split));
        else
            for (auto& one : words)
                items.push_back(toml_string(one));
    }
    return array_of(items);
}

}
