#pragma once

#include "backends/tls/peer.hpp"
#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

// Joins a context to what it wants of its peers' certificates. Every connection of it has the same
// `asks`, which finds the verdict in its `shown`. The library's own verification has no say.
void use_verification(WOLFSSL_CTX*, const demand& asks);

// The library's part of a verifier.
verdict prove(const path&, role);

// After a step of a handshake in which a certificate was shown: what the library took over from
// the peer's chain goes. It would stay with the context for good.
void forget_chain(WOLFSSL*);

}
