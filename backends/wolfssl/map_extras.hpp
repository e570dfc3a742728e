#pragma once

#include "backends/tls/key_files.hpp"
#include "backends/tls/key_log.hpp"
#include "backends/wolfssl/bytes.hpp"

#include <optional>

namespace postern::tls::wolfssl {

// ssl_keylog_file; null: nothing is logged. It outlives the connection.
void use_key_log(WOLFSSL*, connection&, const key_log*);

// The same for TLS 1.2 and older, at the end of the handshake.
void log_master_secret(WOLFSSL*);

// ssl_stapling_file. Nothing when it worked, or there is none.
std::optional<config::complaint> use_staple(WOLFSSL_CTX*, const key_pair&);

}
