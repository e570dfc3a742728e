#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/process/examine.hpp"

#include <iostream>

namespace postern::gateway {

int check_command(const configuration_file& file, bool quick, const tls::backend& library) {
    examination how;
    how.thorough = !quick;
    how.trying = [](const std::string& folder, std::size_t count) {
        if (count >= 1000)
            std::cerr << "trying the keys of " << count << " certificates in " << folder
                      << "; --quick leaves that out\n";
    };
    auto seen = examine(file, library, how);
    std::cerr << seen.printed();
    if (!seen.good()) return wrong_configuration;
    std::cerr << file.path << ": ok\n";
    return fine;
}

}
