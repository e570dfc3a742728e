#pragma once

#include <cstddef>

namespace postern::config {

// What a client may cost before its login.
struct budget_settings {
    std::size_t errors = 5;         // max_errors: commands that no parser understands
    std::size_t commands = 1000;    // max_commands: valid ones
    std::size_t login_failures = 3; // max_login_failures
};

}
