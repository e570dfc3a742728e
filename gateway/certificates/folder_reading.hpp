#pragma once

#include "backends/tls/backend.hpp"
#include "gateway/certificates/folder_listing.hpp"
#include "gateway/shared/sealed_memory.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::gateway {

// One folder of ssl_certificate_dir, read into a catalog that all workers share.
struct read_folder {
    struct item {
        std::string certificate; // as in the listing
        std::uint64_t mark = 0;
        std::optional<std::size_t> entry; // in the catalog; none: left out
        std::string wrong; // why; or why an older state is still there, or no OCSP response is sent
    };
    std::string path;
    std::vector<item> items; // sorted by certificate
    std::shared_ptr<const sealed_memory> memory;
    std::shared_ptr<const tls::catalog> catalog;
};

// What became of a file that is not what it was.
struct folder_change {
    enum class kind { added, renewed, removed, left_out, kept };
    kind what = kind::added;
    std::string certificate; // path
    std::string why;         // left_out and kept; what is wrong with its OCSP response
    std::optional<std::size_t> entry;
};

struct folder_result {
    std::shared_ptr<const read_folder> made; // null: error
    std::vector<folder_change> changes;      // against `before`
    std::string error;
};

struct folder_reading {
    const tls::crypto& library;
    const read_folder* before = nullptr; // what has the same mark there is not read again
    // Tries a fresh pair, by the bytes that were read; answers why it is of no use, or nothing. May
    // be empty.
    std::function<std::string(const config::file& certificate, const config::file& key)> prove = {};
};

// Reads and indexes what is listed. What cannot be used is left out or, when `before` has an older
// state of it, stays as it was.
folder_result read_listed(const std::string& path, const folder_listing&, const folder_reading&);

}
