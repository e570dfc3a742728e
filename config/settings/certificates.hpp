#pragma once

#include "config/settings/file.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace postern::config {

// One [[mail.certificate]] or [[mail.server.certificate]].
struct certificate_settings {
    file certificate;
    file key;                       // not written: the certificate's own file
    std::vector<std::string> names; // whom it is for, in small letters; none: those in it
    file staple = {};               // ssl_stapling_file; not written: none
};

// Certificates beside the default one, and who gets them.
struct many_names_settings {
    std::vector<certificate_settings> certificates;
    std::string folder;          // ssl_certificate_dir; empty: none
    std::string default_name;    // server_name: for whom in the folder the default is looked up
    bool reject_unknown = false; // ssl_reject_unknown_sni
    std::size_t cached = 1000;   // ssl_certificate_cache: ready to use, of the folder's; 0: none
};

}
