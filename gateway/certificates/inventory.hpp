#pragma once

#include "gateway/process/examine.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace postern::gateway {

// One certificate, and who uses it.
struct certificate_facts {
    std::string file, key_file;
    std::vector<std::string> names;
    std::string key;    // "RSA 2048"
    std::string sha256; // of the certificate, in hexadecimal digits
    std::chrono::system_clock::time_point not_before, not_after;
    std::vector<std::string> servers; // "imap 0.0.0.0:993"
};

// All certificates of a configuration that was read, sorted by file. What could not be read is left
// out: its diagnostics say so.
std::vector<certificate_facts> inventory(const examined&, const tls::crypto&);

// As `postern certs` prints them. Names and paths are encoded: whoever may ask for a certificate
// decides about those.
std::string certificates_as_text(const std::vector<certificate_facts>&);
std::string certificates_as_json(const std::vector<certificate_facts>&);

}
