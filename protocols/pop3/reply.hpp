#pragma once

#include "protocols/dialogue.hpp"

#include <string>

namespace postern::pop3 {

// The line that tells the client no, with its end: always one line that begins with "-ERR", of at
// most 512 octets (RFC 2449 section 4) and printable ASCII, whatever the refusal holds.
std::string refusal_line(const refusal&);

}
