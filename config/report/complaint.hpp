#pragma once

#include <string>

namespace postern::config {

enum class severity { error, warning, note };

// Something wrong with a directive, said by a part that knows the directive but not the line it
// stands on. `locate` joins it with that line.
struct complaint {
    severity level = severity::error;
    std::string directive; // "ssl_ciphers"
    std::string text;      // what is wrong, without the directive's name
    std::string hint = {}; // what to do about it; may be empty
};

}
