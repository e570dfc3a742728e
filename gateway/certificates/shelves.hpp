#pragma once

#include "backends/tls/catalog.hpp"
#include "gateway/process/bundle.hpp"

#include <map>
#include <memory>
#include <string>

namespace postern::gateway {

// A worker's certificates from folders (ssl_certificate_dir), one shelf for each. All generations
// look at the same shelf, which holds what is newest.
class shelves {
public:
    // Takes the folders out of a bundle. Errors: those of mapping them, EPROTO for what is no
    // catalog; then nothing changed.
    result<void> take(bundle&);

    // Null: no such folder.
    std::shared_ptr<const tls::catalog_shelf> find(const std::string& path) const;

private:
    std::map<std::string, std::shared_ptr<tls::catalog_shelf>> all_;
};

}
