#include "protocols/text/hex.hpp"

#include <string_view>

namespace postern::text {

std::string to_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (auto b : bytes) {
        out += digits[std::to_integer<unsigned>(b) >> 4u];
        out += digits[std::to_integer<unsigned>(b) & 15u];
    }
    return out;
}

}
