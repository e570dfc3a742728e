#pragma once

#include "backends/tls/cipher_names.hpp"
#include "backends/tls/client_hello.hpp"
#include "backends/tls/server.hpp"

namespace postern::tls {

// The context whose certificate this client can verify: an ECDSA key before an Ed25519 key before
// an RSA key, because that is what a handshake costs; the first of the server when none is known to
// fit, so that the library gives the answer.
const context& choose_context(const server&, const client_hello&);

// Whether the client speaks the server's protocol, or does not say what it speaks (RFC 7301 section
// 3.2).
bool shares_protocol(const server&, const client_hello&);

// Whether the client says that it can verify signatures of such a key.
bool can_verify(const client_hello&, key_kind);

// Whether a suite of TLS 1.2 or older goes with a certificate of such a key.
bool signed_by(const suite&, key_kind);

// Whether a key of that kind can serve any client at all with these suites (of TLS 1.2 and older)
// and versions. When not, the certificate is of no use.
bool can_serve(key_kind, std::span<const std::uint16_t> suites, config::tls_versions);

}
