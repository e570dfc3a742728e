#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/peer.hpp"

namespace postern::tls::boringssl {

// Joins a context to what it wants of its peers' certificates. Every connection of it has the same
// `asks`, which finds the verdict in its `shown`. The library's own verification has no say.
void use_verification(SSL_CTX*, const demand& asks);

// The library's part of a verifier.
verdict prove(const path&, role);

}
