#pragma once

#include "backends/boringssl/library.hpp"
#include "backends/tls/client_plan.hpp"

#include <memory>
#include <vector>

namespace postern::tls::boringssl {

// The client's side of the library. Null, after complaints, when it does not work.
std::shared_ptr<const client> make_client(client_plan, std::vector<config::complaint>&);

}
