#pragma once

#include "protocols/sasl/credentials.hpp"

#include <string_view>

namespace postern::gateway {

// Some servers repeat the command that they did not like. Whether somebody's words hold the
// password: as it is, in base64 (AUTH LOGIN), or as a client says it with PLAIN.
bool repeats_password(std::string_view words, const sasl::credentials&);

// The first line of somebody's words, or what a log says in place of words with the password.
std::string_view fit_for_log(std::string_view words, const sasl::credentials&);

}
