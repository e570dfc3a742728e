#include "config/report/dump.hpp"

#include "config/build/load.hpp"
#include "config/nginx/import.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"

#include <cstring>
#include <iostream>

namespace postern::gateway {
namespace {

int print_dump(const config::loaded& config) {
    if (!config.made) return wrong_configuration;
    std::cout << config::dump(config);
    return fine;
}

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
    return print_dump(config);
}

}

int dump_command(const configuration_file& file) {
    if (file.of_nginx) return dump_nginx(file);
    auto text = config::read_from_disk(file.path);
    if (!text.bytes) {
        std::cerr << file.path << ": error: " << std::strerror(text.error) << "\n";
        return wrong_configuration;
    }
    auto config = config::load(text.bytes->reveal(), file.path, config::read_from_disk);
    for (auto& d : config.diagnostics)
        std::cerr << config::print(d, text.bytes->reveal());
    return print_dump(config);
}

}
