#pragma once

#include "config/settings.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace postern::gateway {

// Certificates that a configuration names one by one, in groups that share files and so can only be
// renewed together.
struct renewable {
    struct pair {
        std::size_t server = 0;                // whose settings it has to work with
        config::file certificate, key, staple; // without a path: none
    };
    std::string name;               // the first of the files
    std::vector<std::string> paths; // all files, sorted
    std::vector<pair> pairs;
};

// Sorted by name. Servers that never speak TLS have none.
std::vector<renewable> renewables_of(const config::settings&);

}
