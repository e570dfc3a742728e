#pragma once

#include "config/settings/server.hpp"

#include <string>

namespace postern::smtp {

// What STARTTLS means for the answer to EHLO.
enum class starttls {
    none,    // off, done, or not possible now
    offered, // on, in plain text
    awaited, // only, in plain text: no way to log in is announced
};

// The whole answer to EHLO (RFC 5321 section 4.1.1.1): server name, the configured words in their
// order, AUTH with its mechanisms, STARTTLS.
std::string ehlo_reply(const config::server_settings&, starttls, bool external = false);

}
