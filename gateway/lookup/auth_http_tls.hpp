#pragma once

#include "backends/tls/backend.hpp"
#include "config/settings/lookup.hpp"

#include <memory>
#include <vector>

namespace postern::gateway {

// How auth_http services are spoken to over https; null when none is, or with errors among the
// complaints.
std::shared_ptr<const tls::client>
tls_of_auth_http(const config::lookup_settings&, const tls::backend&, std::vector<config::complaint>&);

}
