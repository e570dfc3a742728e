#pragma once

#include "backends/wolfssl/library.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/tls.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace postern::tls::wolfssl {

// The groups that the library has, those that `auto` prefers first.
const std::vector<std::uint16_t>& library_groups();

// Those, for a context of either side. False when the library refuses.
bool use_groups(WOLFSSL_CTX*, std::span<const std::uint16_t>);

// Up to TLS 1.2 the library has P-256 in reserve, whatever it is told.
std::optional<config::complaint> keeps_p256(std::span<const std::uint16_t>, config::tls_versions);

}
