#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include <cstdint>
#include <string>

namespace postern::gateway {

// Who is at the other end. Addresses are literals; an IPv4 address that came mapped into IPv6 is
// shown as IPv4.
struct peer_name {
    std::string address; // "192.0.2.7", "2001:db8::1", "unix:"
    std::string full;    // with the port: "192.0.2.7:4711", "[2001:db8::1]:4711", "unix:"
    std::uint16_t port = 0;
};

// "192.0.2.7:4711", "[2001:db8::1]:4711"
std::string full_name(const std::string& address, std::uint16_t port);

peer_name name_of(const boost::asio::generic::stream_protocol::endpoint&);

// 0.0.0.0 or ::
bool is_any(const boost::asio::generic::stream_protocol::endpoint&);

// Whether what is said to that address stays on this machine: loopback (127.0.0.0/8, ::1) or a Unix
// socket.
bool is_here(const boost::asio::generic::stream_protocol::endpoint&);

}
