#pragma once

#include "tests/support/certificates.hpp"

#include <string>

namespace postern::tls::test {

// An OCSP response (DER) about a certificate that the CA made, valid from now for seven days.
std::string make_response(
    const postern::test::identity& ca, const postern::test::identity& leaf, bool revoked = false
);

std::string in_base64(const std::string& bytes); // in lines of 64

}
