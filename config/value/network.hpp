#pragma once

#include "config/settings/real_ip.hpp"
#include "config/value/kind.hpp"

#include <optional>

namespace postern::config {

// A literal's bytes; IPv4 mapped into IPv6. Nothing when it is none.
std::optional<std::array<std::uint8_t, 16>> address_bytes(std::string_view literal);

// That one address. Nothing when it is none.
std::optional<network> network_of(std::string_view literal);

// Whether a peer is one of them: an address literal, or "unix:".
bool holds(const network&, std::string_view peer);

// An address, a range of them (CIDR), a host name, or "unix:".
struct network_kind {
    using value_type = network;
    static std::string syntax() { return "address | address/bits | name | unix:"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word>, reading&, network&);
    static std::vector<std::string> write(const network&, const folder&);
};

}
