#pragma once

#include "backends/tls/client_hello.hpp"
#include "backends/tls/server.hpp"

namespace postern::tls {

// What a context has, or would have, to agree with a client. Of the versions only 1.3 counts, and
// its suites are not among them. No suites: unknown, so any may do.
struct offer {
    key_kind key = key_kind::other;
    std::span<const std::uint16_t> suites;
    config::tls_versions versions;
};

// Whether this client can verify such a certificate.
bool fits(const offer&, const client_hello&);

// The order among those that fit, lowest first: an ECDSA key before an Ed25519 key before an RSA
// key, because that is what a handshake costs.
int rank(key_kind);

// The first of the best ones that fit; null when none is known to.
std::shared_ptr<const context>
choose_among(std::span<const std::shared_ptr<const context>>, const client_hello&);

// The context for the name that the client asks for, else the server's default; among several of
// a name the one that fits. When none is known to fit it is the first, so that the library gives
// the answer. Null when clients that ask for such a name are to be refused.
std::shared_ptr<const context> choose_context(const server&, const client_hello&);

// Whether the client speaks the server's protocol, or does not say what it speaks (RFC 7301 section
// 3.2).
bool shares_protocol(const server&, const client_hello&);

// Whether a key of that kind can serve any client at all with these suites (of TLS 1.2 and older)
// and versions. When not, the certificate is of no use.
bool can_serve(key_kind, std::span<const std::uint16_t> suites, config::tls_versions);

}
