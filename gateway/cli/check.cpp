#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/process/examine.hpp"

#include <iostream>

namespace postern::gateway {

int check_command(const std::string& file, const tls::backend& library) {
    auto seen = examine(file, library);
    std::cerr << seen.printed();
    if (!seen.good()) return wrong_configuration;
    std::cerr << file << ": ok\n";
    return fine;
}

}
