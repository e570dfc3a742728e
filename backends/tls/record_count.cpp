#include "backends/tls/record_count.hpp"

#include <algorithm>

namespace postern::tls {

bool record_count::pass(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (left_ > 0) {
            auto some = std::min<std::size_t>(left_, bytes.size());
            left_ = static_cast<std::uint16_t>(left_ - some);
            bytes = bytes.subspan(some);
            continue;
        }
        // RFC 8446 section 5.1: type, version, length; the last two bytes of five
        if (seen_ >= 3)
            pending_length_ = static_cast<std::uint16_t>(
                unsigned{pending_length_} << 8u | std::to_integer<unsigned>(bytes[0])
            );
        bytes = bytes.subspan(1);
        if (++seen_ < 5) continue;
        left_ = pending_length_;
        seen_ = 0;
        pending_length_ = 0;
        if (without_data_ <= most) ++without_data_;
    }
    return !too_many();
}

}
