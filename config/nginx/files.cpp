#include "config/nginx/files.hpp"

#include <glob.h>

namespace postern::config {

namespace {

std::vector<std::string> find_on_disk(const std::string& pattern) {
    std::vector<std::string> out;
    glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
        out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    return out;
}

}

nginx_files nginx_files_on_disk() { return {read_from_disk, find_on_disk}; }

}
