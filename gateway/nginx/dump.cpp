#include "config/report/dump.hpp"

#include "config/nginx/import.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/nginx/nginx.hpp"

#include <iostream>

namespace postern::gateway {

int dump_nginx(const configuration_file& file) {
    auto got = config::import_nginx(file.path, file.prefix, config::nginx_files_on_disk());
    config::loaded config;
    config.diagnostics = std::move(got.diagnostics);
    if (got.tree)
        config = config::load_tree(
            *got.tree, file.path, config::read_from_disk, std::move(config.diagnostics)
        );
    for (auto& d : config.diagnostics)
        std::cerr << config::print(d, got.texts[d.where.file]);
    if (!config.made) return wrong_configuration;
    std::cout << config::dump(config);
    return fine;
}

}
