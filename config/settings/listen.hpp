#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace postern::config {

// so_keepalive: whether silent connections are probed, tcp(7). Zero: as the system has it.
struct keepalive_settings {
    bool on = true;
    std::size_t idle = 0, interval = 0; // seconds
    std::size_t count = 0;              // probes

    bool operator==(const keepalive_settings&) const = default;
};

// What the directive `listen` says: an address, or several that differ in their ports.
struct listen_address {
    std::string written;         // the directive's words, for messages and logs
    std::string host;            // "0.0.0.0", "::1", "mail.example.org"; for a Unix socket its path
    std::uint16_t port = 0;      // 0: any free one; unused for Unix sockets
    std::uint16_t last_port = 0; // of a range; 0 when there is one port only
    bool is_unix = false;
    bool is_name = false; // the machine's resolver knows the addresses, all of which are meant
    bool ssl = false;     // TLS from the first byte: by the word "ssl" here, or by the directive
    bool proxy_protocol = false; // a PROXY header comes before all else
    bool ipv6only = true;
    bool multipath = false; // Multipath TCP, RFC 8684
    bool deferred = false;  // a connection is accepted when the client has sent something
    int backlog = 511;
    std::size_t fastopen = 0;           // TCP Fast Open, RFC 7413: requests in its queue; 0: off
    std::size_t rcvbuf = 0, sndbuf = 0; // bytes; 0: as the system has it
    keepalive_settings keepalive;

    bool has_port(std::uint16_t n) const {
        return !is_unix && n >= port && n <= (last_port == 0 ? port : last_port);
    }
    bool operator==(const listen_address&) const = default;
};

}
