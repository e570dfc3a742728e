#pragma once

#include "config/settings/listen.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace postern::gateway {

// What a `listen` comes to: literals with one port each, as bind_listener() takes them.
struct own_addresses {
    std::vector<config::listen_address> each; // at least one, unless `why` says something
    std::string why;                          // "Name or service not known"
};

// The ports of a range, each at every address that the machine's resolver knows for a name
// (getaddrinfo(3)). That may take long; after `patience` it has failed.
own_addresses spell_out(const config::listen_address&, std::chrono::milliseconds patience);

}
