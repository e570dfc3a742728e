#include "protocols/proxy_protocol/checksum.hpp"

namespace postern::proxy_protocol {

namespace {

std::uint32_t add(std::uint32_t sum, unsigned char byte) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit)
        sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78u : 0u);
    return sum;
}

}

std::uint32_t checksum_of(std::string_view header, std::string_view place) {
    std::uint32_t sum = 0xffffffffu;
    for (auto& c : header) {
        bool own = &c >= place.data() && &c < place.data() + place.size();
        sum = add(sum, own ? 0 : static_cast<unsigned char>(c));
    }
    return sum ^ 0xffffffffu;
}

bool is_checksum(std::string_view header, std::string_view value) {
    if (value.size() != 4) return false;
    std::uint32_t wanted = 0;
    for (char c : value)
        wanted = wanted << 8 | static_cast<unsigned char>(c);
    return checksum_of(header, value) == wanted;
}

}
