#include "config/nginx/import.hpp"
#include "gateway/nginx/nginx.hpp"

namespace postern::gateway {

examined examine_nginx(
    const configuration_file& file, const tls::backend& library, const examination& how
) {
    auto got = config::import_nginx(file.path, file.prefix, config::nginx_files_on_disk());
    examined e;
    e.name = file.path;
    e.text = secret(got.toml);
    e.nginx_texts = std::move(got.texts);
    e.diagnostics = std::move(got.diagnostics);
    if (!got.tree) return e;
    e.config = config::load_tree(*got.tree, file.path, reader_into(e), std::move(e.diagnostics));
    prove(e, library, how);
    return e;
}

}
