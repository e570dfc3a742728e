#include "protocols/text/ascii.hpp"

#include <algorithm>

namespace postern::text {

namespace {

constexpr bool same(char a, char b) { return lower(a) == lower(b); }

}

std::string upper(std::string_view from) {
    std::string out(from);
    for (char& c : out)
        c = upper(c);
    return out;
}

std::string lower(std::string_view from) {
    std::string out(from);
    for (char& c : out)
        c = lower(c);
    return out;
}

bool equal(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, same); }

bool starts_with(std::string_view text, std::string_view head) {
    return text.size() >= head.size() && equal(text.substr(0, head.size()), head);
}

bool fits_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_word(std::string_view text) {
    // As unsigned: whether a char is so differs between processors.
    auto breaks = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
    return !text.empty() && std::ranges::none_of(text, breaks);
}

std::string printable(std::string_view from, std::size_t most) {
    std::string out(from.substr(0, most));
    for (char& c : out)
        if (!is_printable(c)) c = '?';
    return out;
}

}
