#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace postern::text {

// Two small digits a byte (RFC 4648 section 8).
std::string to_hex(std::span<const std::byte>);

}
