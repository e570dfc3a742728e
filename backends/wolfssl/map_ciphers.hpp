#pragma once

#include "backends/tls/cipher_string.hpp"
#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

// What the library has and a mail server can use.
const std::vector<const suite*>& library_suites();

// Of ssl_ciphers, evaluated: what these versions can use. Empty is possible.
std::vector<std::uint16_t> suites_for(config::tls_versions, const cipher_list&);

// Exactly those suites, of TLS 1.3 (none when it is not spoken) and of older versions, for a
// context of either side. After the key, whose size decides about signatures. False when the
// library refuses.
bool use_ciphers(
    WOLFSSL_CTX*, std::span<const std::uint16_t> tls13, std::span<const std::uint16_t> suites
);

// ssl_prefer_server_ciphers, for all versions.
void use_preference(WOLFSSL_CTX*, bool prefer_ours);

}
