#include "protocols/dns/answer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace postern::dns {

namespace {

using bytes = std::span<const unsigned char>;

std::uint32_t number(bytes from) {
    std::uint32_t out = 0;
    for (auto b : from)
        out = out << 8 | b;
    return out;
}

bool skip(bytes& from, std::size_t size) {
    if (from.size() < size) return false;
    from = from.subspan(size);
    return true;
}

// A name ends with the root or with a pointer (RFC 1035 section 4.1.4).
bool skip_name(bytes& from) {
    while (!from.empty()) {
        auto length = from[0];
        if (length >= 0xc0) return skip(from, 2);
        if (length >= 0x40 || !skip(from, 1 + std::size_t{length})) return false;
        if (length == 0) return true;
    }
    return false;
}

}

std::optional<std::chrono::seconds> least_time(bytes whole) {
    constexpr std::size_t head = 12, behind_name = 10;
    if (whole.size() < head) return std::nullopt;
    auto questions = number(whole.subspan(4, 2)), records = number(whole.subspan(6, 2));
    auto rest = whole.subspan(head);
    for (; questions > 0; --questions)
        if (!skip_name(rest) || !skip(rest, 4)) return std::nullopt;
    std::optional<std::chrono::seconds> least;
    for (; records > 0; --records) {
        if (!skip_name(rest) || rest.size() < behind_name) return std::nullopt;
        std::chrono::seconds time(number(rest.subspan(4, 4)));
        least = least ? std::min(*least, time) : time;
        if (!skip(rest, behind_name + number(rest.subspan(8, 2)))) return std::nullopt;
    }
    return least;
}

}
