#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/signing/serve_keys.hpp"

#include <iostream>
#include <sys/stat.h>

namespace postern::gateway {

int signer_command(int socket, long user, long group, const tls::backend& library) {
    struct stat is {};
    if (::fstat(socket, &is) != 0 || !S_ISSOCK(is.st_mode)) {
        std::cerr << "postern: the signing process is started by `postern run`\n";
        return wrong_usage;
    }
    std::optional<identity> become;
    if (user >= 0 && group >= 0)
        become = identity{static_cast<uid_t>(user), static_cast<gid_t>(group)};
    return serve_keys(socket, become, library);
}

}
