#include "backends/tls/der.hpp"

#include <cstddef>

namespace postern::tls::der {

std::optional<element> take(std::string_view& rest) {
    auto number = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
    if (rest.size() < 2 || (number(0) & 0x1fu) == 0x1f) return std::nullopt;
    std::size_t length = number(1), used = 2;
    if (length >= 0x80) {
        auto count = length & 0x7fu;
        if (count == 0 || count > 4 || rest.size() < used + count) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < count; ++i)
            length = length << 8u | number(used++);
    }
    if (rest.size() - used < length) return std::nullopt;
    element out{number(0), rest.substr(used, length), rest.substr(0, used + length)};
    rest.remove_prefix(used + length);
    return out;
}

std::optional<std::string_view> take(std::string_view& rest, unsigned char tag) {
    auto before = rest;
    auto one = take(rest);
    if (one && one->tag == tag) return one->body;
    rest = before;
    return std::nullopt;
}

}
