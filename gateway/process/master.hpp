#pragma once

#include "backends/tls/backend.hpp"
#include "gateway/process/configuration_file.hpp"

namespace postern::gateway {

// `postern run`: reads and proves the configuration file, opens what it names, starts the workers,
// and sees to them until a signal says to stop. TERM and INT: at once. QUIT: when the sessions are
// done. HUP: the file again. USR1: the logs again. Answers the exit status: 0 after a stop, 1 when
// it could not start, with the complaints on standard error.
int run_master(const configuration_file&, const tls::backend&);

}
