#pragma once

#include "config/settings/proxy_header.hpp"
#include "gateway/net/connection.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/resolver/host_names.hpp"
#include "gateway/session/record.hpp"
#include "protocols/make_dialogue.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace postern::gateway {

// Whoever is at the other end of an accepted connection, and where it came in.
client_facts facts_of(std::string address, std::uint16_t port, const stream_socket&);

// Looks for the client's name, for as long as it stays, its budget lasts and `within`. A client
// without one is none the worse for it. Errors: errc::closed, too_slow, shutting_down.
task<result<void>>
find_name(connection& client, host_names&, std::chrono::milliseconds within, client_facts&, log&, const record&);

// Says by the PROXY protocol who is behind a connection to an upstream, which comes before all
// else. client_tls: what was agreed on with the client; null: it is in clear.
task<result<void>> introduce(
    connection& upstream, config::proxy_header, const client_facts&, const tls::facts* client_tls
);

}
