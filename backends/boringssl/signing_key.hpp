#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/signing.hpp"
#include "config/value/secret.hpp"

#include <vector>

namespace postern::tls::boringssl {

// The signing process's side of a key: backend::load_key().
std::unique_ptr<signing_key> load_key(const secret& pem, const std::vector<secret>& phrases);

}
