#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/cipher_string.hpp"

namespace postern::tls::boringssl {

// What the library has and a mail server can use.
const std::vector<const suite*>& library_suites();

// ssl_ciphers and ssl_prefer_server_ciphers. The list goes in by names, so that what was evaluated
// is what is in force.
void use_ciphers(SSL_CTX*, const cipher_list&, bool prefer_ours);

}
