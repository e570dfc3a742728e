#include "config/report/source_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace postern::config {

namespace {

unsigned char byte(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

// The code point of a sequence whose length was checked.
std::uint32_t decode(std::string_view text, std::size_t length) {
    constexpr std::array<unsigned, 5> lead{0, 0x7f, 0x1f, 0x0f, 0x07};
    std::uint32_t point = byte(text, 0) & lead[length];
    for (std::size_t i = 1; i < length; ++i)
        point = point << 6 | (byte(text, i) & 0x3fu);
    return point;
}

std::string hex(std::uint32_t number, int digits) {
    std::string out;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out += "0123456789abcdef"[number >> shift & 0xf];
    return out;
}

// C0, DEL, C1, line and paragraph separators, and the controls of direction (UAX #9).
bool is_hidden(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c ||
           (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

}

std::string_view line_of(std::string_view text, std::size_t line) {
    if (line == 0) return {};
    for (; line > 1; --line) {
        auto end = text.find('\n');
        if (end == text.npos) return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    return text;
}

std::size_t count_lines(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
}

// RFC 3629 section 4, with its exceptions against overlong forms and surrogates.
std::size_t sequence_length(std::string_view text) {
    if (text.empty()) return 0;
    unsigned char first = byte(text, 0);
    if (first < 0x80) return 1;
    std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(text, i) & 0xc0) != 0x80) return 0;
    std::uint32_t point = decode(text, length);
    if (length == 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) return 0;
    if (length == 4 && (point < 0x10000 || point > 0x10ffff)) return 0;
    return length;
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(std::max<std::size_t>(1, sequence_length(text)));
    return count;
}

std::string visible(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t length = sequence_length(text);
        std::uint32_t point = length == 0 ? byte(text, 0) : decode(text, length);
        if (length == 0 || point < 0x80) {
            if (length == 0 || is_hidden(point))
                out += "\\x" + hex(point, 2);
            else
                out += text[0];
        } else if (is_hidden(point)) {
            out += "\\u" + hex(point, 4);
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return out;
}

std::string in_quotes(std::string_view word) {
    constexpr std::size_t most = 60;
    std::size_t end = 0;
    for (std::size_t n = 0; n < most && end < word.size(); ++n)
        end += std::max<std::size_t>(1, sequence_length(word.substr(end)));
    std::string shown(word.substr(0, end));
    return "\"" + shown + (end < word.size() ? "…\"" : "\"");
}

}
