#pragma once

#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

// For contexts whose key is in another process: each signature is asked for through the
// connection's signature_slot, and the handshake pauses until it is there.
void use_remote_key(WOLFSSL_CTX*);

}
