#pragma once

#include "backends/tls/client_hello.hpp"
#include "backends/tls/server.hpp"

#include <string>

namespace postern::tls {

// Why this client and this server cannot agree, in words that name the directive; empty when they
// can, as far as is known here. `chosen`: the context that was to serve it.
std::string disagreement(const client_hello&, const server&, const context& chosen);

}
