#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy_protocol {

struct endpoint {
    std::string address; // a literal in its shortest form; an IPv4 address mapped into IPv6 as IPv4
    std::uint16_t port = 0;

    bool operator==(const endpoint&) const = default;
};

// What a load balancer says of a connection: who is behind it, and where that one came in.
struct addresses {
    endpoint client, server;

    bool operator==(const addresses&) const = default;
};

// A header in a text line (version 1), and one in bytes (version 2) with its first sixteen.
constexpr std::size_t longest_v1 = 107, longest_v2 = 16 + 4096;

// What bytes are as the beginning of a connection.
struct reading {
    enum class state { partial, whole, broken };
    state what = state::partial;
    std::size_t size = 0;          // whole: of the header
    std::size_t wanted = 0;        // partial: so many bytes more are the header's for certain
    std::optional<addresses> said; // whole: none when it is the load balancer itself (LOCAL), or
                                   // when it does not say (UNKNOWN, no Internet address)
    std::string_view why;          // broken: for a log
};

// HAProxy's PROXY protocol, versions 1 and 2. What is partial becomes whole or broken with more
// bytes, never anything else, and at most longest_v2 are ever wanted.
reading read_header(std::string_view bytes);

}
