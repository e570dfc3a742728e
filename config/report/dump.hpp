#pragma once

#include "config/build/load.hpp"

#include <string>

namespace postern::config {

// The effective settings as TOML that loads again to the same ones (under the same file name), each
// with the line it came from as a comment: "# postern.toml:3" or "# default". What has no effect on
// a server is left out. Of files only the names appear. Empty when nothing was made.
std::string dump(const loaded&);

}
