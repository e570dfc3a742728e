#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/peer.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/tls/signing.hpp"
#include "backends/tls/upstream_check.hpp"
#include "backends/tls/wire.hpp"

#include <cstdint>

namespace postern::tls::boringssl {

// What the library's callbacks find behind a connection.
struct connection {
    wire bytes;
    const resumption* sessions = nullptr; // null: the handshake leaves no trace (a rehearsal)
    resumption_memory memory;
    const demand* asks = nullptr;      // what the context wants of the peer; null: nothing
    std::shared_ptr<const peer> shown; // what it got
    signature_slot signing;
    std::unique_ptr<upstream_side> upstream;  // null: this is the server's side
    int alert_sent = -1, alert_received = -1; // fatal ones
};

// Joins a connection to the library's object: its bytes, and what its callbacks look for. False
// when there is no memory. The connection outlives the SSL.
bool join(SSL*, connection&);
connection& connection_of(const SSL*);

}
