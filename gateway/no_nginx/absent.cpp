// In place of gateway/nginx where POSTERN_IMPORT is off.
#include "gateway/cli/options.hpp"
#include "gateway/nginx/nginx.hpp"

#include <iostream>

namespace postern::gateway {
namespace {

constexpr const char* absent = "this build of postern has no importer for nginx.conf";

int refuse() {
    std::cerr << "postern: " << absent << "\n";
    return wrong_configuration;
}

}

examined examine_nginx(const configuration_file& file, const tls::backend&, const examination&) {
    examined e;
    config::diagnostic why;
    why.where.file = file.path;
    why.text = absent;
    e.diagnostics.push_back(why);
    return e;
}

int dump_nginx(const configuration_file&) { return refuse(); }
int print_imported(const configuration_file&) { return refuse(); }

}
