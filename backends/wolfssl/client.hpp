#pragma once

#include "backends/tls/client_plan.hpp"
#include "backends/wolfssl/library.hpp"

#include <memory>
#include <vector>

namespace postern::tls::wolfssl {

// The client's side of the library. Null, after complaints, when it does not work.
std::shared_ptr<const client> make_client(client_plan, std::vector<config::complaint>&);

// The session that a ticket of TLS 1.3 has just brought, for a later connection.
void keep_session(WOLFSSL*);

}
