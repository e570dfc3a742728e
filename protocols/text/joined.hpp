#pragma once

#include "config/value/secret.hpp"

#include <initializer_list>
#include <span>
#include <string_view>

namespace postern::text {

// The parts, one behind the other, some of which must not be seen: no copy is left behind by a
// string that grew.
secret joined(std::span<const std::string_view> parts);
secret joined(std::initializer_list<std::string_view> parts);

}
