#pragma once

#include "backends/tls/key_files.hpp"
#include "backends/tls/peer.hpp"
#include "backends/wolfssl/library.hpp"

#include <optional>

namespace postern::tls::wolfssl {

// Without these, names of authorities are not kept as they were written, and would be sent as empty
// ones.
#if defined(OPENSSL_ALL) || defined(WOLFSSL_NGINX) || defined(HAVE_LIGHTY)
inline constexpr bool can_announce = true;
#else
inline constexpr bool can_announce = false;
#endif
inline constexpr bool can_announce_in_tls13 = LIBWOLFSSL_VERSION_HEX >= 0x05006004;

// Before 5.9 a server's own issuer is loaded as an authority for its staple. Builds that then let
// the library have the last word, or that forget_chain() robs of it, cannot do both.
inline constexpr bool needs_issuer_to_staple = LIBWOLFSSL_VERSION_HEX < 0x05009000;
#if defined(WOLFSSL_ALT_CERT_CHAINS) && defined(WOLFSSL_ALWAYS_VERIFY_CB)
inline constexpr bool can_staple_and_verify = true;
#else
inline constexpr bool can_staple_and_verify = !needs_issuer_to_staple;
#endif

// Joins a context to what it wants of its peers' certificates. Every connection of it has the same
// `asks`, which finds the verdict in its `shown`. The library's own verification has no say.
void use_verification(WOLFSSL_CTX*, const demand& asks);

// A complaint when it can_staple_and_verify not, and has to.
std::optional<config::complaint> conflict_with_staple(const demand& asks, const key_pair&);

// A complaint when clients are not told whose certificates are wanted.
std::optional<config::complaint> keeps_names(const demand& asks, config::tls_versions);

// The library's part of a verifier.
verdict prove(const path&, role);

// After a step of a handshake in which a certificate was shown: what the library took over from
// the peer's chain goes. It would stay with the context for good.
void forget_chain(WOLFSSL*);

}
