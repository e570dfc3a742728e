#pragma once

#include "backends/tls/versions.hpp"
#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

// ssl_protocols. What the library has of it; complaints about the rest.
config::tls_versions read_versions(const config::tls_settings&, std::vector<config::complaint>&);

// Exactly those versions, for a context of either side. Not none.
void use_versions(WOLFSSL_CTX*, config::tls_versions);

}
