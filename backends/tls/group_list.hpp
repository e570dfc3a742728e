#pragma once

#include "config/report/complaint.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace postern::tls {

// ssl_ecdh_curve, over the groups that a library has (best first): "auto" is all of them that are
// in general use; else names, with ":" between them. A name that nobody knows is an error; a group
// that the library lacks is a warning, and an error when none is left.
std::vector<std::uint16_t>
read_groups(std::string_view text, std::span<const std::uint16_t> has, std::string_view library, std::vector<config::complaint>&);

// What `auto` selects.
std::vector<std::uint16_t> usual_groups(std::span<const std::uint16_t> has);

}
