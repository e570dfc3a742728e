#pragma once

#include "backends/tls/crypto.hpp"

namespace postern::tls::wolfssl {

// What the library lends to the common code. Lives for ever.
const crypto& primitives();

}
