#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace postern::gateway {

// What the machine's resolver knows of a name.
struct named_addresses {
    std::vector<std::string>
        hosts;       // literals, each once; at least one, unless `why` says something
    std::string why; // "Name or service not known"
};

// The same of each name, by getaddrinfo(3). That may take long; what has not been answered after
// `patience` has failed. Throws nothing but a lack of memory.
std::vector<named_addresses> look_up_names(
    std::span<const std::string> names, std::chrono::milliseconds patience
);

}
