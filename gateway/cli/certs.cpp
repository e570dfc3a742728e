#include "gateway/certificates/inventory.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/process/examine.hpp"

#include <iostream>

namespace postern::gateway {

int certs_command(const configuration_file& file, bool as_json, const tls::backend& library) {
    auto seen = examine(file, library);
    std::cerr << seen.printed();
    if (!seen.config.draft) return wrong_configuration;
    auto all = inventory(seen, library.primitives());
    std::cout << (as_json ? certificates_as_json(all) : certificates_as_text(all));
    return seen.good() ? fine : wrong_configuration;
}

}
