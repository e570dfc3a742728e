#pragma once

#include "backends/tls/facts.hpp"
#include "backends/tls/signing.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace postern::tls {

enum class status {
    done,        // the step is finished, or `bytes` of plain text moved
    needs_input, // nothing more can happen before bytes arrive; everything lent by take() has been
                 // used
    needs_signature, // of handshake() alone: wanted() says which; goes on after take_signature()
    closed,          // the peer sent close_notify
    failed,          // over; reason() says why; pending() may hold an alert that is worth sending
};

struct progress {
    status state = status::done;
    std::size_t bytes = 0; // of plain text taken or given
};

// A connection's fatal alerts, by number (RFC 8446 section 6.2); -1: there was none.
struct alerts {
    int sent = -1, received = -1;
};

// One connection's TLS, as a function of bytes: it never sees a socket, never waits, and never
// throws. Not for use by two threads at once. An idle engine owns no buffer but what the library
// keeps of a half-received record.
class engine {
public:
    virtual ~engine() = default;

    // Goes on with the handshake. done: both sides have finished and facts() holds; pending() may
    // still hold bytes.
    virtual progress handshake() = 0;

    // After needs_signature, which may come with bytes to send: what is to be signed by the process
    // that has the key. An empty signature means that there is none to be had, and the next
    // handshake() fails.
    virtual const signature_request* wanted() const { return nullptr; }
    virtual void take_signature(std::span<const std::byte>) {}

    // Gives at most plain.size() bytes (RFC 8446 section 5.2). May produce bytes to send (key
    // update, alerts).
    virtual progress decrypt(std::span<std::byte> plain) = 0;

    // Takes all or some of the bytes: at most a record's. What it makes of them is added to
    // pending(); two full records are one stretch there, if nothing was pending before.
    virtual progress encrypt(std::span<const std::byte> plain) = 0;

    // Queues close_notify. Never waits for the peer's.
    virtual progress say_goodbye() = 0;

    // Lends bytes that arrived. They must stay valid until every later step said needs_input, or
    // park() was called. Lending again before that is a bug.
    virtual void take(std::span<const std::byte> cipher) = 0;

    // Ends the lending: what was not used yet is copied into the engine, to be used first later on.
    virtual void park() = 0;

    // Bytes to send, and how many of them were. The buffer behind them comes from the thread's pool
    // and goes back to it when everything was sent.
    virtual std::span<const std::byte> pending() const = 0;
    virtual void sent(std::size_t bytes) = 0;

    // After the handshake: gives back whatever the library keeps only for handshakes.
    virtual void settle() = 0;

    // Valid once handshake() said done.
    virtual const facts& agreed() const = 0;

    // Gives back what agreed() holds of the peer's certificate, once nobody needs it any more.
    virtual void forget_peer() {}

    // After failed: what happened, in the library's words, with the alert's name if there was one.
    // No peer's bytes.
    virtual std::string reason() const = 0;
    virtual alerts fatal_alerts() const { return {}; }
};

}
