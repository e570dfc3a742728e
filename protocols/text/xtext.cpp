#include "protocols/text/xtext.hpp"

#include "protocols/text/ascii.hpp"

namespace postern::text {

std::string to_xtext(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(bytes.size());
    for (char c : bytes) {
        if (is_printable(c) && c != ' ' && c != '+' && c != '=') {
            out += c;
            continue;
        }
        auto value = static_cast<unsigned char>(c);
        out += '+';
        out += digits[value >> 4];
        out += digits[value & 15];
    }
    return out;
}

}
