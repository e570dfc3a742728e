#pragma once

#include "backends/tls/key_files.hpp"
#include "backends/tls/peer.hpp"
#include "backends/wolfssl/library.hpp"

#include <optional>

namespace postern::tls::wolfssl {

// Joins a context to what it wants of its peers' certificates. Every connection of it has the same
// `asks`, which finds the verdict in its `shown`. The library's own verification has no say.
void use_verification(WOLFSSL_CTX*, const demand& asks);

// Before 5.9 a server's own issuer is loaded as an authority for its staple. Builds that then let
// the library have the last word, or that forget_chain() robs of it, cannot do both.
std::optional<config::complaint> conflict_with_staple(const demand& asks, const key_pair&);

// Before 5.6.4 clients of TLS 1.3 are not told whose certificates are wanted.
std::optional<config::complaint> keeps_names(const demand& asks, config::tls_versions);

// The library's part of a verifier.
verdict prove(const path&, role);

// After a step of a handshake in which a certificate was shown: what the library took over from
// the peer's chain goes. It would stay with the context for good.
void forget_chain(WOLFSSL*);

}
