#pragma once

#include "config/settings/server.hpp"
#include "gateway/net/dialer.hpp"

#include <string>

namespace postern::gateway {

// The listener of that server at which the connection that was made to an address has arrived;
// empty as a rule. A login there would be looked up again and lead here again, until every place is
// taken, and go on so as places become free. A listener that is written as a name is known only
// when `client` came by it as well.
std::string
leads_back(const config::upstream_address& to, const dialled& made, const stream_socket& client, const config::server_settings&);

}
