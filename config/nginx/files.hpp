#pragma once

#include "config/build/load.hpp"

#include <functional>
#include <string>
#include <vector>

namespace postern::config {

// How nginx.conf and what it includes are found.
struct nginx_files {
    file_reader read;
    std::function<std::vector<std::string>(const std::string& pattern)> find; // sorted by bytes
};

nginx_files nginx_files_on_disk();

}
