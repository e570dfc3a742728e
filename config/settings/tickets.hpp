#pragma once

#include "config/settings/file.hpp"

#include <cstddef>
#include <vector>

namespace postern::config {

// Session tickets (RFC 5077; RFC 8446 section 4.6.1).
struct ticket_settings {
    bool on = true;              // off: no ticket holds more than the name of a place in a store
    std::vector<file> key_files; // the first seals, all open; none: keys that are made and rotated

    // nginx's files: 16 bytes of name, then keys for AES-128 or AES-256 and HMAC.
    static constexpr bool is_key_size(std::size_t bytes) { return bytes == 48 || bytes == 80; }
};

}
