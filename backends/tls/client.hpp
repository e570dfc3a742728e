#pragma once

#include "backends/tls/engine.hpp"

#include <memory>
#include <string>

namespace postern::tls {

// Whom a connection leads to.
struct destination {
    std::string name;    // whom the certificate must name: a host name, or an address literal
    std::string address; // where it is, "192.0.2.1:993"; sessions are resumed only there
};

// What is spoken with upstreams, compiled: the client's side of a `server`. Immutable but for the
// sessions that it remembers; for one thread. Engines keep it alive.
class client {
public:
    virtual ~client() = default;

    // An engine that plays the client's side. Its handshake fails unless the peer is the one that
    // is wanted; reason() then names it, and what the peer's certificate says (encoded).
    virtual std::unique_ptr<engine> connect(const destination&) const = 0;
};

}
