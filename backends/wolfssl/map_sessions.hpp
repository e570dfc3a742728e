#pragma once

#include "backends/tls/resumption.hpp"
#include "backends/wolfssl/bytes.hpp"

namespace postern::tls::wolfssl {

// ssl_session_cache, ssl_session_timeout and tickets: joins a context's callbacks to the common
// logic, which they find through each `connection`.
void use_sessions(WOLFSSL_CTX*, const resumption&);

}
