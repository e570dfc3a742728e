#include "gateway/process/notify.hpp"

#include "gateway/process/descriptor.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>

namespace postern::gateway {

void notify_manager(const std::string& state) {
    auto path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un to{};
    if (!path || (path[0] != '/' && path[0] != '@')) return;
    auto length = std::strlen(path);
    if (length >= sizeof to.sun_path) return;
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path, length);
    if (path[0] == '@') to.sun_path[0] = '\0'; // a name that is no file
    descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // Nothing depends on being heard.
    ::sendto(
        socket.get(),
        state.data(),
        state.size(),
        MSG_NOSIGNAL | MSG_DONTWAIT,
        reinterpret_cast<sockaddr*>(&to),
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length)
    );
}

void notify_reloading() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    auto microseconds = t.tv_sec * 1'000'000LL + t.tv_nsec / 1000;
    notify_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

}
