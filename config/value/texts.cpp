#include "config/value/texts.hpp"

#include "config/report/source_text.hpp"

#include <algorithm>
#include <array>

namespace postern::config {

namespace {

constexpr std::size_t longest_text = 4096, longest_path = 4095, longest_capability = 200;

bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_brace_word(std::string_view text) {
    constexpr std::array<std::string_view, 3> known{"{user}", "{local}", "{domain}"};
    return std::ranges::find(known, text) != known.end();
}

}

bool is_printable(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        auto code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7f;
    });
}

bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && is_alnum(text[0]) &&
           text.find("..") == text.npos && std::ranges::all_of(text, [](char c) {
               return is_alnum(c) || c == '-' || c == '_' || c == '.';
           });
}

namespace detail {

bool read_text(const word& w, reading& in, std::string& field) {
    if (w.text.empty()) return in.refuse(w.where, "is empty");
    if (!is_printable(w.text)) return in.refuse(w.where, "holds a control character");
    if (w.text.size() > longest_text) return in.refuse(w.where, "is longer than 4096 bytes");
    field = w.text;
    return true;
}

bool read_path(const word& w, reading& in, std::string& field) {
    if (w.text.empty()) return in.refuse(w.where, "the file name is empty");
    for (std::string_view prefix : {"data:", "engine:", "store:", "syslog:", "memory:"})
        if (w.text.starts_with(prefix)) // what stands behind "data:" may be a private key
            return in.refuse(
                w.where,
                (prefix == "data:" ? "" : in_quotes(w.text) + ": ") + "\"" + std::string(prefix) +
                    "\" is something of nginx that postern does not have yet",
                "name a file"
            );
    if (!is_printable(w.text)) return in.refuse(w.where, "the file name holds a control character");
    auto path = in.base().resolve(w.text);
    if (path.size() > longest_path)
        return in.refuse(w.where, "the file name is longer than 4095 bytes");
    field = std::move(path);
    return true;
}

bool read_host_name(const word& w, reading& in, std::string& field) {
    if (!is_host_name(w.text))
        return in.refuse(
            w.where,
            in_quotes(w.text) + " is not a host name",
            "letters, digits, '-', '_' and '.', such as mail.example.org"
        );
    field = w.text;
    return true;
}

bool read_capability(const word& w, bool blanks, reading& in) {
    bool good = !w.text.empty() && w.text.size() <= longest_capability &&
                std::ranges::all_of(w.text, [&](char c) {
                    return (c > ' ' && c < 0x7f) || (blanks && c == ' ');
                });
    if (!good)
        return in.refuse(
            w.where,
            in_quotes(w.text) + " cannot be announced",
            std::string("1 to 200 visible ASCII characters") + (blanks ? "" : ", no blanks")
        );
    return true;
}

bool read_user_template(const word& w, reading& in, std::string& field) {
    for (std::size_t at = 0; (at = w.text.find_first_of("{}", at)) != w.text.npos;) {
        auto end = w.text.find('}', at);
        auto part = w.text.substr(at, end == w.text.npos ? end : end - at + 1);
        if (!is_brace_word(part))
            return in.refuse(
                w.where,
                "unknown part " + in_quotes(part),
                "{user} is the whole login name, {local} and {domain} its halves"
            );
        at = end + 1;
    }
    return read_text(w, in, field);
}

}

}
