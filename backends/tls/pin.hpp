#pragma once

#include "backends/tls/crypto.hpp"
#include "config/settings/proxy_tls.hpp"

#include <span>
#include <string_view>

namespace postern::tls {

// The SubjectPublicKeyInfo of a certificate (DER), with tag and length. Empty when it is none.
std::string_view public_key_of(std::string_view der);

// Whether the certificate's key is one of those.
bool is_pinned(std::string_view der, std::span<const config::key_pin>, const crypto&);

}
