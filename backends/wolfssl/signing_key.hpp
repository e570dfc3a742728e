#pragma once

#include "backends/tls/signing.hpp"
#include "backends/wolfssl/library.hpp"
#include "config/value/secret.hpp"

#include <memory>
#include <vector>

namespace postern::tls::wolfssl {

// The signing process's side of a key: backend::load_key().
std::unique_ptr<signing_key> load_key(const secret& pem, const std::vector<secret>& phrases);

}
