#pragma once

#include <cstdint>
#include <string_view>

namespace postern::proxy_protocol {

// The checksum of a header, Castagnoli's polynomial, with zeros for the part of it where it will
// stand.
std::uint32_t checksum_of(std::string_view header, std::string_view place);

// Whether the value of an extension PP2_TYPE_CRC32C, which lies within the header, is its checksum.
bool is_checksum(std::string_view header, std::string_view value);

}
