#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/engine.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/tls/wire.hpp"

#include <cstdint>

namespace postern::tls::boringssl {

// What the library's callbacks find behind a connection.
struct connection {
    wire bytes;
    const resumption* sessions = nullptr; // null: the handshake leaves no trace (a rehearsal)
    resumption_memory memory;
    alerts fatal;
};

// Joins a connection to the library's object: its bytes, and what its callbacks look for. False
// when there is no memory. The connection outlives the SSL.
bool join(SSL*, connection&);
connection& connection_of(const SSL*);

}
