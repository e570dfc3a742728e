#pragma once

#include "backends/tls/context.hpp"
#include "backends/tls/server_names.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::tls {

// One server's certificates, compiled: a context for each, the first being the default. Choosing
// among them by what the client can verify, and refusing a client that speaks another protocol (RFC
// 7301 section 3.2), happens once for all libraries, in `reception`.
struct server {
    std::vector<std::shared_ptr<const context>> contexts; // never empty
    std::string alpn;                                     // the protocol id of this server
    std::shared_ptr<server_names> names;                  // null: all clients get the default
};

}
