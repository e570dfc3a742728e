#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/resumption.hpp"

namespace postern::tls::boringssl {

// ssl_session_cache, ssl_session_timeout and tickets: joins a context's callbacks to the common
// logic, which they find through each `connection`. `few_tickets`: each one takes a place in the
// zone, so that TLS 1.3 clients get one and not two.
void use_sessions(SSL_CTX*, const resumption&, bool few_tickets);

}
