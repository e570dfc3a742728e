#pragma once

#include <string>
#include <utility>

namespace postern::gateway {

// Which configuration: a file of postern's own, or an nginx.conf, which is imported in memory.
struct configuration_file {
    std::string path;
    bool of_nginx = false;
    std::string prefix = {}; // nginx's own; empty: the file's folder

    configuration_file(std::string own) : path(std::move(own)) {}
    configuration_file(std::string nginx, std::string its_prefix)
        : path(std::move(nginx)), of_nginx(true), prefix(std::move(its_prefix)) {}
};

}
