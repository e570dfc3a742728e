#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/key_files.hpp"

#include <optional>

namespace postern::tls::boringssl {

// ssl_certificate and ssl_certificate_key. Nothing when it worked.
std::optional<config::complaint> use_certificate(
    SSL_CTX*, const key_pair&, const std::vector<secret>& phrases
);

}
