#include "gateway/cli/commands.hpp"
#include "gateway/process/master.hpp"

namespace postern::gateway {

int run_command(const configuration_file& file, const tls::backend& library) {
    return run_master(file, library);
}

}
