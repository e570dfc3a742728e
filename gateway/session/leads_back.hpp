#pragma once

#include "config/settings/server.hpp"
#include "gateway/net/connection.hpp"

#include <string>

namespace postern::gateway {

// The listener of that server at which a connection that was just made has arrived; empty as a
// rule. A login there would be looked up again and lead here again, until every place is taken, and
// go on so as places become free. A listener that is written as a name is known only when `client`
// came by it as well.
std::string
leads_back(const config::upstream_address& to, const stream_socket& made, const stream_socket& client, const config::server_settings&);

}
