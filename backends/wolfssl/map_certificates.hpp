#pragma once

#include "backends/tls/key_files.hpp"
#include "backends/wolfssl/library.hpp"

#include <optional>

namespace postern::tls::wolfssl {

// A private key in PEM as DER, opened by the first pass phrase that seems to fit.
std::optional<secret> key_der(const secret& pem, const std::vector<secret>& phrases);

// ssl_certificate and ssl_certificate_key. Nothing when it worked; a key that loads may still be
// the wrong one: see rehearsal.hpp.
std::optional<config::complaint> use_certificate(
    WOLFSSL_CTX*, const key_pair&, const std::vector<secret>& phrases
);

}
