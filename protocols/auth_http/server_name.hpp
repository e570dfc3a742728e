#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::auth_http {

// The value of Auth-Server: an IPv4 or IPv6 literal (nginx knows no more), the latter also in
// brackets, or a host name of letters, digits, "-", "_" and ".". Gives it without brackets; nothing
// when it is none of these or longer than a name may be.
std::optional<std::string> server_name(std::string_view value);

}
