#pragma once

#include "backends/tls/backend.hpp"
#include "backends/tls/crypto.hpp"
#include "tests/backends/support/meeting.hpp"

#include <memory>
#include <string>

namespace postern::tls::test {

// What the library under test lends to the common code.
const crypto& primitives();

// Settings for upstreams that trust these authorities.
config::proxy_tls_settings proxy_settings_with(const std::string& authorities);

// Compiles; fails the test with the complaints when that does not work.
std::shared_ptr<const client> must_compile_client(
    const config::proxy_tls_settings&, std::string_view protocol = "imap"
);

// What came of a handshake in memory, on both sides; afterwards the server has said "* OK".
struct visit {
    bool agreed = false; // both sides
    facts there, here;   // the server's, and the client's
    std::string why;     // why not: the client's reason
    std::string why_there;
    std::string heard;
};
visit visit_server(
    const client&,
    const std::shared_ptr<const server>&,
    const destination&,
    std::size_t piece = 1 << 20
);

}
