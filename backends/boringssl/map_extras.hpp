#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/key_log.hpp"
#include "backends/tls/staple.hpp"

namespace postern::tls::boringssl {

// ssl_keylog_file; null: nothing is logged. It outlives the context.
void use_key_log(SSL_CTX*, const key_log*);

// ssl_stapling_file: sends the response on this connection while it holds.
void use_staple(SSL*, const staple&);

}
