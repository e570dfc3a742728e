#pragma once

#include "config/settings/file.hpp"

#include <string>
#include <utility>
#include <vector>

namespace postern::config {

// The finer points of a server's handshakes.
struct handshake_settings {
    std::string groups = "auto"; // ssl_ecdh_curve
    std::string tls13_suites;    // ssl_ciphersuites; empty: what the library does by itself
    std::vector<file> staples;   // ssl_stapling_file: one for each certificate, in their order
    std::vector<std::pair<std::string, std::string>> openssl_commands; // those that are true here
};

}
