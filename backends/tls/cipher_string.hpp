#pragma once

#include "backends/tls/cipher_names.hpp"
#include "config/report/complaint.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

struct cipher_choice {
    const suite* what;
    bool ties_with_next = false; // BoringSSL's [A|B]: the client decides between them
};

// What a cipher string selects, best first. TLS 1.3 is never among it: its suites are not subject
// to the notation.
struct cipher_list {
    std::vector<cipher_choice> chosen;
    std::vector<config::complaint> complaints; // all about ssl_ciphers

    std::vector<std::uint16_t> ids() const;
    // OpenSSL names with ":" between them, groups in brackets.
    std::string names() const;
};

// Evaluates OpenSSL's cipher list notation over the suites that a library has (as usable_suites()
// gives them): words joined by "+", "-", "!", "+" in front, @STRENGTH, @SECLEVEL=0 to 5 (1 when the
// string does not say), DEFAULT at the beginning; separators are ":", ",", ";" and blanks. Every
// word that is neither a suite nor a keyword is an error; so is an empty result. `groups`: whether
// the library can treat suites as equals.
cipher_list read_cipher_string(std::string_view, std::span<const suite* const> have, bool groups);

}
