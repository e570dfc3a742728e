#pragma once

#include "backends/tls/withheld_keys.hpp"
#include "gateway/process/descriptor.hpp"
#include "protocols/io/task.hpp"

#include <vector>

namespace postern::gateway {

// Keys on their way to the signing process, in memory that only a descriptor leads to. Whoever
// packed them has them no longer in its own memory once they are forgotten there.
result<descriptor> pack_keys(const std::vector<tls::withheld_key>&);
result<std::vector<tls::withheld_key>> unpack_keys(descriptor);

}
