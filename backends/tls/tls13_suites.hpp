#pragma once

#include "backends/tls/cipher_names.hpp"
#include "config/report/complaint.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace postern::tls {

// Those of TLS 1.3 that every program switches on (no CCM), of what a library has; the cheapest,
// with 128 bits, first.
std::vector<std::uint16_t> usual_tls13_suites(std::span<const suite* const> have);

// ssl_ciphersuites over what a library has: names with ":" between them; nothing written means the
// usual ones. `can_choose`: whether the library obeys; else only the usual ones are accepted.
std::vector<std::uint16_t>
read_tls13_suites(std::string_view text, std::span<const suite* const> have, bool can_choose, std::string_view library, std::vector<config::complaint>&);

}
