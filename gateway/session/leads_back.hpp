#pragma once

#include "config/settings/server.hpp"
#include "gateway/net/connection.hpp"

namespace postern::gateway {

// The listener of that server at which a connection that was just made has arrived; null as a rule.
// A login there would be looked up again and lead here again, until every place is taken, and go on
// so as places become free.
const config::listen_address*
leads_back(const config::upstream_address& to, const stream_socket&, const config::server_settings&);

}
