#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace postern::tls {

// A group for key exchange (RFC 8446 section 4.2.7), by all its names; the first one is shown.
struct group {
    std::uint16_t id;
    std::string_view name, also, too; // "P-256", "prime256v1", "secp256r1"
};

// Every group that is known here, in the order in which `auto` prefers them.
std::span<const group> all_groups();

const group* find_group(std::uint16_t id);
// By any of its names, whatever their case. Null when there is none.
const group* find_group(std::string_view name);

}
