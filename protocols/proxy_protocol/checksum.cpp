#include "protocols/proxy_protocol/checksum.hpp"

#include <cstdint>

namespace postern::proxy_protocol {

namespace {

std::uint32_t add(std::uint32_t sum, unsigned char byte) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit)
        sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78u : 0u);
    return sum;
}

}

bool is_checksum(std::string_view header, std::string_view value) {
    if (value.size() != 4) return false;
    std::uint32_t sum = 0xffffffffu, wanted = 0;
    for (auto& c : header) {
        bool own = &c >= value.data() && &c < value.data() + value.size();
        sum = add(sum, own ? 0 : static_cast<unsigned char>(c));
    }
    for (char c : value)
        wanted = wanted << 8 | static_cast<unsigned char>(c);
    return (sum ^ 0xffffffffu) == wanted;
}

}
