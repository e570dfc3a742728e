#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace postern::config {

// Peers that are believed when they say who is behind them: a range of addresses, or whoever comes
// over a Unix socket. Of a name the file knows no more; what serves has its addresses instead.
struct network {
    bool is_unix = false;
    std::string name;                       // empty: a range
    std::array<std::uint8_t, 16> address{}; // of the range's first; IPv4 mapped into IPv6
    unsigned bits = 128;                    // that count, of all 128

    bool operator==(const network&) const = default;
};

}
