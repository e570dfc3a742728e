#include "gateway/cli/commands.hpp"
#include "gateway/process/master.hpp"

namespace postern::gateway {

int run_command(const std::string& file, const tls::backend& library) {
    return run_master(file, library);
}

}
