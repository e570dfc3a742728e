#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::gateway {

// A certificate in a folder of ssl_certificate_dir. Names are relative to it.
struct folder_item {
    std::string certificate; // "mail.example.org.pem", "mail.example.org/fullchain.pem"
    std::string key;         // the file that holds its key unless it does so itself; empty: none
    std::uint64_t mark = 0;  // of all of them (marks.hpp)
    std::string staple = {}; // the file with its OCSP response; empty: none
};

struct folder_listing {
    static constexpr std::size_t most = 1'000'000;

    std::vector<folder_item> items; // sorted by certificate
    int error = 0;                  // errno: the folder cannot be read; E2BIG: too many
};

// NAME.pem or NAME.crt, with NAME.key or NAME-key.pem; NAME/fullchain.pem with privkey.pem;
// NAME/tls.crt with tls.key; a certificate's OCSP response beside it, with .ocsp behind the name.
// Nothing that begins with a dot. Only names and marks: no file is opened.
folder_listing list_folder(const std::string& path);

}
