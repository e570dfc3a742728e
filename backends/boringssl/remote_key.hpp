#pragma once

#include "backends/boringssl/library.hpp"

namespace postern::tls::boringssl {

// For contexts whose key is in another process: each signature is asked for through the
// connection's signature_slot, and the handshake pauses until it is there.
const SSL_PRIVATE_KEY_METHOD* remote_key();

}
