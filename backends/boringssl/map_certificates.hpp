#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/key_files.hpp"

#include <optional>

namespace postern::tls::boringssl {

// A private key in PEM, opened by the first pass phrase that fits.
key_handle read_key(const secret& pem, bool encrypted, const std::vector<secret>& phrases);

// ssl_certificate and ssl_certificate_key. Nothing when it worked. A key that is elsewhere is asked
// for through each connection's `signing`.
std::optional<config::complaint> use_certificate(
    SSL_CTX*, const key_pair&, const std::vector<secret>& phrases
);

}
