// In place of the rest of this folder where POSTERN_IMPORT is off.
#include "config/nginx/import.hpp"

namespace postern::config {

nginx_files nginx_files_on_disk() { return {}; }

imported import_nginx(const std::string& path, const std::string&, const nginx_files&) {
    imported out;
    out.diagnostics.push_back({
        severity::error, {path, 0, 0},
         "this build of postern has no importer for nginx.conf"
    });
    return out;
}

}
