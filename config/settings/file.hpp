#pragma once

#include "config/value/secret.hpp"

#include <memory>
#include <string>

namespace postern::config {

// A file that a directive names, and its bytes. They are read once, by whoever may read files, and
// are wiped with the last settings that hold them.
struct file {
    std::string path;                    // as an absolute or working-directory path; empty: none
    std::shared_ptr<const secret> bytes; // null while it has not been read
};

}
