#include "gateway/process/limits.hpp"

#include <cerrno>
#include <cstring>
#include <sys/resource.h>

namespace postern::gateway {

void allow_descriptors(std::size_t most, std::vector<config::complaint>& wrong) {
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    if (most <= now.rlim_max) return;
    auto may = std::to_string(now.rlim_max);
    now.rlim_cur = now.rlim_max = most;
    if (::setrlimit(RLIMIT_NOFILE, &now) == 0) return;
    wrong.push_back(
        {config::severity::error,
         "worker_rlimit_nofile",
         std::to_string(most) + " is more than the " + may + " that this process may have",
         "raise the limit of the service (LimitNOFILE), or start it as root"}
    );
}

std::string limit_descriptors(pid_t of, std::size_t most) {
    rlimit limit{most, most};
    if (most == 0 || ::prlimit(of, RLIMIT_NOFILE, &limit, nullptr) == 0) return {};
    return std::strerror(errno);
}

}
