#pragma once

#include "backends/tls/backend.hpp"

namespace postern::gateway {

// The program: reads its arguments, does what they say, answers the exit status.
enum exit_status : int {
    fine = 0,
    wrong_configuration = 1, // or an unknown directive, or a start that failed
    wrong_usage = 2,         // no such command or option
    left_out = 3,            // not all of an nginx.conf was carried over
};
int run_program(int argc, char** argv, const tls::backend&);

}
