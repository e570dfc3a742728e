#pragma once

#include "gateway/process/configuration_file.hpp"
#include "gateway/process/examine.hpp"

namespace postern::gateway {

// What becomes of an nginx.conf. A build without the importer (POSTERN_IMPORT) says so instead.
examined examine_nginx(const configuration_file&, const tls::backend&, const examination&);
int dump_nginx(const configuration_file&); // these two answer exit statuses
int print_imported(const configuration_file&);

}
