#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/versions.hpp"

namespace postern::tls::boringssl {

// ssl_protocols. What the library has of it; complaints about the rest.
config::tls_versions read_versions(const config::tls_settings&, std::vector<config::complaint>&);

void use_versions(SSL_CTX*, config::tls_versions);

}
