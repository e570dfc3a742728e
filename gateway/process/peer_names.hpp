#pragma once

#include "config/settings.hpp"
#include "gateway/process/examine.hpp"

#include <chrono>
#include <memory>

namespace postern::gateway {

// Finds what the names in set_real_ip_from lead to, each asked for once, and keeps it in `peers`.
// That may take as long as `patience`; a name that leads nowhere by then is a complaint.
void look_up_peers(examined&, std::chrono::milliseconds patience);

// The settings with those addresses in place of the names.
std::shared_ptr<const config::settings>
with_peers(std::shared_ptr<const config::settings>, const peer_addresses&);

}
