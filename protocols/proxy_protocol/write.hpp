#pragma once

#include "backends/tls/facts.hpp"
#include "protocols/proxy_protocol/header.hpp"

#include <string>

namespace postern::proxy_protocol {

// Headers that read_header() reads. An address that is empty or no literal makes both unknown.

// Version 1, a line; of two families it can only say that they are unknown.
std::string write_v1(const addresses&);

// Version 2, with a checksum, and with what was agreed on with a client that came with TLS (null:
// it did not). Of two families both are written as IPv6.
std::string write_v2(const addresses&, const tls::facts*);

}
