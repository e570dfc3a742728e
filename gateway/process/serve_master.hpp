#pragma once

#include "backends/tls/backend.hpp"
#include "gateway/process/privileges.hpp"

#include <optional>

namespace postern::gateway {

// The life of a worker process, from the first bundle to its exit status. `socket` is its end of a
// channel to the master; `become` is what it becomes before it reads anything.
int serve_master(int socket, std::optional<identity> become, const tls::backend&);

}
