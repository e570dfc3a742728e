#pragma once

#include "config/settings/lookup.hpp"
#include "config/settings/server.hpp"
#include "config/value/kind.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config {

// The literal in its shortest form ("::1", "192.0.2.1"), or empty when it is none.
std::string canonical_ipv4(std::string_view);
std::string canonical_ipv6(std::string_view);

// "host", "host:port", "[v6]:port" cut in two. The host keeps no brackets.
struct host_and_port {
    std::string host;
    std::string port;       // as written; empty when there is none
    bool has_port = false;  // a colon was there
    bool bracketed = false; // and so an IPv6 literal, which was checked
};
std::optional<host_and_port> cut_address(std::string_view); // nothing: brackets are wrong

std::optional<std::uint16_t> parse_port(std::string_view, bool zero_too);

// "host:port", with brackets where they are needed.
std::string join_address(std::string_view host, std::uint16_t port);

// An address to listen on, or a range of ports, and parameters, as nginx's `listen` has them.
struct listen_kind {
    using value_type = listen_address;
    static std::string syntax();
    static constexpr shape form{.also = integers, .most = 16, .syntax = syntax};
    static bool read(std::span<const word>, reading&, listen_address&);
    static std::vector<std::string> write(const listen_address&, const folder&);
};

// Where to connect to.
struct upstream_kind {
    using value_type = upstream_address;
    static std::string syntax() { return "host[:port]"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word>, reading&, upstream_address&);
    static std::vector<std::string> write(const upstream_address&, const folder&);
};

}
