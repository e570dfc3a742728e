#pragma once

#include "config/report/diagnostic.hpp"
#include "config/settings.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/process/sockets.hpp"

#include <vector>

namespace postern::gateway {

// A line for each address that is listened on from now on.
void tell_listening(log&, const std::vector<sockets::place>&, const config::settings&);

// What `postern check` would print, a line each, for those who read a log file instead.
void tell_complaints(log&, const std::vector<config::diagnostic>&);

}
