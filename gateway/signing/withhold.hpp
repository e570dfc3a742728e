#pragma once

#include "backends/tls/withheld_keys.hpp"
#include "gateway/process/examine.hpp"

#include <vector>

namespace postern::gateway {

// Takes private keys and pass phrases out of a configuration that is good: out of the bytes of the
// files and out of the settings. What is left can be given to workers.
std::vector<tls::withheld_key> withhold(examined&);

}
