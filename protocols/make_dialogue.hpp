#pragma once

#include "config/settings/server.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/proxy_protocol/header.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace postern {
class budget;

// What a dialogue must know about its client besides what the client says.
struct client_facts {
    std::string address;                   // "192.0.2.7", "2001:db8::1", "unix:"
    std::string host = "[UNAVAILABLE]";    // a verified name, or what stands for none in XCLIENT
    std::string reverse = "[UNAVAILABLE]"; // what its address points to, verified or not
    std::uint16_t port = 0;
    proxy_protocol::endpoint server = {}; // where it came in; no address: over a Unix socket
};

// The dialogue of the server's protocol. All arguments outlive it.
std::unique_ptr<dialogue>
make_dialogue(const config::server_settings&, stream& client, const client_facts&, budget&);

}
