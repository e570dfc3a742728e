#pragma once

#include "config/settings/file.hpp"

#include <cstddef>

namespace postern::config {

enum class verify_client { off, on, optional, optional_no_ca };

// What in a client's certificate says who it is.
enum class client_identity { email, subject_email, dns, cn };

// Whether clients are asked for a certificate, and whose certificates are believed.
struct verify_settings {
    verify_client client = verify_client::off;
    std::size_t depth = 1;    // certificates between the client's and one that is believed
    file client_certificate;  // PEM; believed, and named to clients
    file trusted_certificate; // PEM; believed
    file crl;                 // PEM

    client_identity identity = client_identity::email; // for EXTERNAL

    bool asks() const { return client != verify_client::off; }
};

}
