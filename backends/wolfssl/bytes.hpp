#pragma once

#include "backends/tls/key_log.hpp"
#include "backends/tls/peer.hpp"
#include "backends/tls/record_count.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/tls/signing.hpp"
#include "backends/tls/staple.hpp"
#include "backends/tls/upstream_check.hpp"
#include "backends/tls/wire.hpp"
#include "backends/wolfssl/library.hpp"
#include "backends/wolfssl/side_stack.hpp"

namespace postern::tls::wolfssl {

// What the library's callbacks find behind a connection.
struct connection {
    wire bytes;
    const resumption* sessions = nullptr; // null: the handshake leaves no trace (a rehearsal)
    resumption_memory memory;
    const demand* asks = nullptr;            // what the context wants of the peer; null: nothing
    std::shared_ptr<const peer> shown;       // what it got
    std::unique_ptr<upstream_side> upstream; // null: this is the server's side
    bool has_new_session = false;            // a ticket came from the upstream
    signature_slot signing;
    std::unique_ptr<side_stack> aside; // of a handshake whose key is elsewhere
    record_count records;
    const key_log* secrets = nullptr;
    const staple* ocsp = nullptr; // what may be sent along; gone after the handshake
    bool established = false;     // the handshake is done, so records without data are counted
    bool uses_ticket = false;     // one was opened or issued, so the session is not kept by its id
    bool enciphers = false;       // what is sent from now on cannot be read by everybody
    bool alerted = false;         // a fatal alert was sent, behind which nothing may come
};

// Lets every connection of a context read and write through the `connection` that it was joined to.
void use_wires(WOLFSSL_CTX*);
void join(WOLFSSL*, connection&);
connection& connection_of(WOLFSSL*);

}
