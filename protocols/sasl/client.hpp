#pragma once

#include "config/value/secret.hpp"

#include <optional>
#include <string_view>

namespace postern::sasl {

// What a client says to log in with PLAIN (RFC 4616), as base64. Nothing when the name is empty or
// either holds a NUL, since that would change who logs in with what.
std::optional<secret> plain_response(std::string_view user, const secret& password);

}
