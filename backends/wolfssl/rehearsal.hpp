#pragma once

#include "backends/wolfssl/context.hpp"
#include "config/settings/tls.hpp"

#include <optional>
#include <span>
#include <string>

namespace postern::tls::wolfssl {

// Why a context cannot shake hands.
struct misfit {
    bool suites = false;    // no suite fits the certificate's key and the versions
    bool signature = false; // the key's signature is not one that the certificate verifies
    std::string words;      // the library's
};

// One handshake in memory with a client of the same library, which offers the same versions and
// suites and verifies the server's signature, but no certificate. 5.5 accepts an ECDSA key that
// does not belong to the certificate; only this finds it. Nothing when all is well.
std::optional<misfit> rehearse(
    const server_context&, config::tls_versions, std::span<const unsigned char> suites
);

}
