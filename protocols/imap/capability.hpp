#pragma once

#include "config/settings/server.hpp"

#include <string>

namespace postern::imap {

// The whole "* CAPABILITY ..." line: what imap_capabilities lists, then what may be done here and
// now.
std::string capability_line(
    const config::server_settings&, bool is_tls, bool by_certificate = false
);

}
