#pragma once

#include <string_view>

namespace postern::text {

// Whether what DNS calls a client may be told to others: letters, digits, '-' and '.', at most 253
// of them, and at least one. Nothing that could be taken for another word of SMTP, HTTP or a log.
bool is_client_name(std::string_view);

}
