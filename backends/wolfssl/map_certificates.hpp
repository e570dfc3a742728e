#pragma once

#include "backends/tls/key_files.hpp"
#include "backends/wolfssl/library.hpp"

#include <vector>

namespace postern::tls::wolfssl {

// ssl_certificate, ssl_certificate_key and ssl_password_file: loads one pair into a context (it
// holds one certificate), trying the pass phrases in turn. False after an error was complained
// about. A key that loads may still be the wrong one: see rehearsal.hpp.
bool use_key_pair(WOLFSSL_CTX*, const key_pair&, const std::vector<secret>& phrases, std::vector<config::complaint>&);

}
