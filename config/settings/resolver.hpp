#pragma once

#include "config/settings/lookup.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace postern::config {

// Which DNS servers are asked, and how.
struct name_servers {
    std::vector<upstream_address> servers;     // literals with ports; empty: nobody is asked
    std::optional<std::chrono::seconds> valid; // how long an answer counts; else its own time
    bool ipv4 = true, ipv6 = true;             // whose names are looked up

    bool operator==(const name_servers&) const = default;
};

// How SMTP clients' names are found.
struct resolver_settings {
    name_servers from;
    std::chrono::milliseconds timeout{30000}; // resolver_timeout

    bool asks() const { return !from.servers.empty(); }
    bool operator==(const resolver_settings&) const = default;
};

}
