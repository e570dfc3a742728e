#include "config/report/dump.hpp"

#include "config/build/load.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/nginx/nginx.hpp"

#include <cstring>
#include <iostream>

namespace postern::gateway {

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
    if (!config.made) return wrong_configuration;
    std::cout << config::dump(config);
    return fine;
}

}
