#pragma once

#include <chrono>
#include <cstddef>

namespace postern::config {

// What a client may cost before its login.
struct budget_settings {
    std::size_t errors = 5;                 // max_errors: commands that no parser understands
    std::size_t commands = 1000;            // max_commands: valid ones
    std::size_t login_failures = 3;         // max_login_failures
    std::size_t sasl_steps = 30;            // max_sasl_steps: challenges
    std::size_t literals = 100;             // imap_max_literals
    std::size_t bytes = 512 * 1024;         // max_login_bytes: received, those of TLS too
    std::size_t memory = 256 * 1024;        // max_login_memory
    std::chrono::milliseconds time{180000}; // login_timeout: from the connection to the login
};

}
