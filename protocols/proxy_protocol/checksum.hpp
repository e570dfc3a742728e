#pragma once

#include <string_view>

namespace postern::proxy_protocol {

// Whether the value of an extension PP2_TYPE_CRC32C, which lies within the header, is the checksum
// of the header with zeros in its place (Castagnoli's polynomial).
bool is_checksum(std::string_view header, std::string_view value);

}
