#pragma once

#include "backends/tls/catalog.hpp"
#include "tests/support/certificates.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::tls::test {

// A certificate for a catalog, and whom it is for.
struct listed {
    postern::test::identity pair;
    std::string names = {}; // one a line; empty: those in it
    std::string path = "folder/some.pem";
};

// As a master makes one.
std::string catalog_bytes(const std::vector<listed>&);
std::shared_ptr<const catalog> catalog_of(const std::vector<listed>&);

}
