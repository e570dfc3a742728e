#pragma once

#include "config/report/complaint.hpp"

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

// worker_rlimit_nofile: how many descriptors a process may have open, setrlimit(2). 0 changes
// nothing.
namespace postern::gateway {

// So that whom this process starts may have as many; it never has fewer afterwards.
void allow_descriptors(std::size_t, std::vector<config::complaint>& wrong);

// Of a process that this one has started, or itself. Answers nothing, or why it cannot be: another
// user's process takes CAP_SYS_RESOURCE.
std::string limit_descriptors(pid_t, std::size_t);

}
