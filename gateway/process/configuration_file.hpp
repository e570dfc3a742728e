#pragma once

#include <string>

namespace postern::gateway {

// Which configuration: a file of postern's own, or an nginx.conf, which is imported in memory.
struct configuration_file {
    std::string path;
    bool of_nginx = false;
    std::string prefix = {}; // nginx's own; empty: the file's folder
};

}
