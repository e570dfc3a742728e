#pragma once

#include "backends/tls/facts.hpp"
#include "config/settings/verify.hpp"

#include <string>
#include <vector>

namespace postern::sasl {

// Who a client is by its certificate (RFC 4422 appendix A), the first being the one meant when
// nobody is named. None without a certificate that was verified.
std::vector<std::string> identities_of(const tls::facts*, config::client_identity);

}
