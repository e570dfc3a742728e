#pragma once

#include "backends/wolfssl/context.hpp"

#include <optional>
#include <string>

namespace postern::tls::wolfssl {

struct misfit {
    bool signature = false; // the key's signature is not one that the certificate verifies
    std::string words;      // the library's
};

// A handshake of the context with a client of the same library, in memory: proves that certificate,
// key, versions and suites fit together. 5.5 accepts an ECDSA key that does not belong to the
// certificate; only this finds it. Nothing when all is well. Takes 1 to 10 ms.
std::optional<misfit> rehearse(const server_context&);

}
