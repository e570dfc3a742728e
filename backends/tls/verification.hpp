#pragma once

#include "backends/tls/backend.hpp"
#include "backends/tls/peer.hpp"
#include "config/settings/verify.hpp"

#include <string>
#include <vector>

namespace postern::tls {

// ssl_verify_client and what belongs to it, read.
demand read_demand(const config::verify_settings&, const backend&, std::vector<config::complaint>&);

// What decides about clients' certificates, as bytes: sessions never go from a server to another
// one that would have asked for something else. Empty when nothing is asked for.
std::string fingerprint_of(const config::verify_settings&);

}
