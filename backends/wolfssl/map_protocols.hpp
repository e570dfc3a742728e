#pragma once

#include "backends/wolfssl/library.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/tls.hpp"

#include <vector>

namespace postern::tls::wolfssl {

// The versions that this build of the library speaks, by its build macros: its setters accept
// versions that it cannot speak.
config::tls_versions spoken_versions();

// ssl_protocols. Those of `wanted` that can be had; each other one is complained about.
config::tls_versions usable_versions(config::tls_versions wanted, std::vector<config::complaint>&);

// Makes a context, of either side, speak exactly those versions. At least one.
void limit_versions(WOLFSSL_CTX*, config::tls_versions);

}
