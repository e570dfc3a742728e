#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace postern::tls {

// What a ClientHello (RFC 8446 section 4.1.2) says that decides which certificate fits. Copies, so
// that the bytes may go.
struct client_hello {
    std::uint16_t record_version = 0; // of the first record
    std::uint16_t version = 0;        // the field that TLS 1.3 froze at 0x0303
    std::string server_name;          // hostile text; empty when none was sent
    std::vector<std::uint16_t> suites, versions, signatures, groups; // empty: not sent
    std::vector<std::string> protocols;                              // ALPN, each of 1 to 255 bytes
    bool has_signatures = false;

    bool offers_tls13() const;
};

enum class hello_state {
    partial,   // read on
    whole,     // understood
    malformed, // it looks like TLS, but cannot be read: let the library answer
    too_long,  // longer than hello_limit
    not_tls,   // the first byte is not that of a handshake record
};

// Bytes of records that a ClientHello may take. Real ones have 150 to 2000.
inline constexpr std::size_t hello_limit = 64 * 1024;

// Reads the beginning of a connection, across records. Fills `out` when whole.
hello_state read_client_hello(std::span<const std::byte>, client_hello& out);

}
