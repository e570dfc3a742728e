#pragma once

#include "backends/boringssl/library.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace postern::tls::boringssl {

// The groups that the library has, those that `auto` prefers first.
const std::vector<std::uint16_t>& library_groups();

// Exactly those, for a context of either side.
void use_groups(SSL_CTX*, std::span<const std::uint16_t>);

}
