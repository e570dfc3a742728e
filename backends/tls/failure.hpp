#pragma once

#include "backends/tls/client_hello.hpp"
#include "backends/tls/engine.hpp"

#include <optional>
#include <string>

namespace postern::tls {

// What is known of TLS that failed, for an operator who wonders why somebody cannot connect. Of
// either side: with an upstream there is no ClientHello to tell of.
struct failure {
    std::string reason; // the library's words, or ours; no peer's bytes
    alerts fatal;
    std::string hint;                  // what may be done about it; empty when nobody knows
    std::optional<client_hello> hello; // hostile; nothing when there was none that can be read
    bool silent = false;               // the peer went without having sent a byte
};

// What ended a handshake.
enum class ended { by_library, by_close, by_reset, by_time };

// What an alert means for whoever runs the gateway; empty when there is none, or it says nothing.
// `peer`: "the client", "the upstream".
std::string hint_for(const alerts&, std::string_view peer);

// Of a connection that failed after its handshake, or of a client's side.
failure failure_of(const engine&, std::string_view peer);

}
