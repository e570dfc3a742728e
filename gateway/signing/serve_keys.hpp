#pragma once

#include "backends/tls/backend.hpp"
#include "gateway/process/privileges.hpp"

#include <optional>

namespace postern::gateway {

// The life of the signing process. `socket` is its end of a channel to the master, over which keys
// and sockets of workers come; `become` is what it becomes before it reads anything. It opens
// nothing itself and does nothing but sign. Each worker has a thread of its own here, so that the
// kernel shares the time out between them; no thread waits for another.
//
// It ends when the master and all workers are gone.
int serve_keys(int socket, std::optional<identity> become, const tls::backend&);

}
