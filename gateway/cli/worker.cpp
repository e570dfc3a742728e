#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/process/serve_master.hpp"

#include <iostream>
#include <sys/stat.h>

namespace postern::gateway {

int worker_command(int socket, long user, long group, const tls::backend& library) {
    struct stat is {};
    if (::fstat(socket, &is) != 0 || !S_ISSOCK(is.st_mode)) {
        std::cerr << "postern: workers are started by `postern run`\n";
        return wrong_usage;
    }
    std::optional<identity> become;
    if (user >= 0 && group >= 0)
        become = identity{static_cast<uid_t>(user), static_cast<gid_t>(group)};
    return serve_master(socket, become, library);
}

}
