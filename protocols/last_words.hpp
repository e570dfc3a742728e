#pragma once

#include "config/settings/protocol.hpp"

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

namespace postern {

// What a client hears before its session ends for this reason; empty: nothing, because it left
// itself, or was told already.
std::string last_words(config::mail_protocol, boost::system::error_code why);

// The line of a protocol by which a server leaves; only SMTP has a code in it.
std::string last_line(config::mail_protocol, std::string_view smtp_code, std::string_view words);

}
