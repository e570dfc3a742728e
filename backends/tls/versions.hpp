#pragma once

#include "config/report/complaint.hpp"
#include "config/settings/tls.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// The version's word in ssl_protocols, which is also OpenSSL's name of it: "TLSv1.2".
std::string_view version_name(config::tls_version);

// What remains of ssl_protocols on a library that has only `has`. A version that it lacks is a
// warning, an empty rest an error; both name the library.
config::tls_versions
available_versions(config::tls_versions asked, config::tls_versions has, std::string_view library, std::vector<config::complaint>&);

struct version_range {
    config::tls_version least, most;
};

// For a library that knows only a least and a most: the range that is exactly the set. A hole in
// the set is an error that names what is missing; the range then covers the set's upper part, so
// that nothing is ever widened. The set is not empty.
version_range
as_range(config::tls_versions, std::string_view library, std::vector<config::complaint>&);

}
