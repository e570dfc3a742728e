#pragma once

#include "config/settings/server.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/proxy_protocol/header.hpp"
#include "protocols/sasl/challenge.hpp"

#include <cstdint>
#include <memory>
#include <optional>
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
    std::optional<proxy_protocol::addresses> proxied =
        {}; // as a load balancer told, believed or not

    // Makes what a digest is to be made over; tests put one in its place that they can foretell.
    std::string (*new_challenge)(std::string_view server_name) = sasl::new_challenge;
};

// The dialogue of the server's protocol. All arguments outlive it.
std::unique_ptr<dialogue>
make_dialogue(const config::server_settings&, stream& client, const client_facts&, budget&);

}
