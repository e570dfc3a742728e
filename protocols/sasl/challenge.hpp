#pragma once

#include <string>
#include <string_view>

namespace postern::sasl {

// What a client makes a digest over: "<random.unixtime@server_name>" (RFC 2195 section 2, RFC 1939
// section 7). The random part is 128 bits of the kernel's, so none comes twice.
std::string new_challenge(std::string_view server_name);

// Whether a text is an MD5 digest in hexadecimal, whose letters may be of either case.
bool is_digest(std::string_view text);

}
