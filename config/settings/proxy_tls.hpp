#pragma once

#include "config/settings/file.hpp"
#include "config/settings/tls.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace postern::config {

// How an upstream is spoken to: in clear, with TLS from the first byte, or after STARTTLS (POP3:
// STLS).
enum class upstream_tls { off, on, starttls };

// SHA-256 of a SubjectPublicKeyInfo (RFC 7469 section 2.4).
using key_pin = std::array<unsigned char, 32>;

// TLS to upstreams, of a server or of one route.
struct proxy_tls_settings {
    upstream_tls mode = upstream_tls::off;
    bool allow_plaintext = false; // passwords may leave in clear, further than this machine
    bool verify = true;
    file trusted_certificate{"/etc/ssl/certs/ca-certificates.crt", nullptr};
    file crl;
    std::size_t verify_depth = 4;
    std::string name; // whom the certificate must name; empty: the upstream's own
    std::vector<key_pin> pins;
    bool server_name = true; // SNI
    bool alpn = true;
    file certificate, certificate_key, password_file;
    bool session_reuse = true;
    tls_versions versions{tls_version::tls1_2, tls_version::tls1_3};
    std::string ciphers = "DEFAULT";

    bool uses_tls() const { return mode != upstream_tls::off; }
};

}
