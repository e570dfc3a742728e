#pragma once

#include "config/value/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// One "-----BEGIN x-----" block (RFC 7468), whole, as a library wants it, and its label.
struct pem_block {
    std::string label; // "CERTIFICATE"
    secret text;       // from the first dash to the last one, with a line end
};

// All blocks of a text, in order; what stands between them is commentary. At most 1000. A block
// that does not end is left out and `torn` is set.
struct pem_text {
    std::vector<pem_block> blocks;
    bool torn = false;
};
pem_text read_pem(std::string_view);

// The bytes of a block without headers (no encryption). Nothing when it is not base64.
std::optional<std::string> pem_bytes(const pem_block&);

}
