#pragma once

#include "config/settings/proxy_header.hpp"
#include "gateway/net/connection.hpp"
#include "protocols/make_dialogue.hpp"

#include <cstdint>
#include <string>

namespace postern::gateway {

// Whoever is at the other end of an accepted connection, and where it came in.
client_facts facts_of(std::string address, std::uint16_t port, const stream_socket&);

// Who is behind a connection to an upstream, by the PROXY protocol: it comes before all else. Empty
// where that is off. client_tls: what was agreed on with the client; null: it is in clear.
std::string introduction(config::proxy_header, const client_facts&, const tls::facts* client_tls);

}
