#include "gateway/observe/syslog.hpp"

#include "config/value/texts.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/utsname.h>

namespace postern::gateway {
namespace {

unsigned severity_of(config::log_level level) {
    switch (level) {
    case config::log_level::debug: return 7;
    case config::log_level::info: return 6;
    case config::log_level::notice: return 5;
    case config::log_level::warn: return 4;
    case config::log_level::error: break;
    }
    return 3;
}

int send_once(int socket, std::string_view head, std::string_view text) {
    iovec parts[] = {
        {const_cast<char*>(head.data()), head.size()},
        {const_cast<char*>(text.data()), text.size()}
    };
    msghdr envelope{};
    envelope.msg_iov = parts;
    envelope.msg_iovlen = 2;
    for (;;) {
        if (::sendmsg(socket, &envelope, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return 0;
        if (errno != EINTR) return errno;
    }
}

// With others it would be the same the next time.
bool may_be_gone(int error) {
    return error != EAGAIN && error != EMSGSIZE && error != ENOBUFS && error != ENOMEM;
}

bool is_unix(const sockaddr_storage& at) { return at.ss_family == AF_UNIX; }

}

std::string machine_name() {
    utsname about{};
    if (::uname(&about) != 0 || !config::is_host_name(about.nodename)) return "localhost";
    return about.nodename;
}

std::string syslog_head(
    const config::syslog_collector& to,
    std::string_view machine,
    std::optional<config::log_level> level,
    std::time_t now
) {
    auto severity = level ? severity_of(*level) : to.severity;
    std::tm parts{};
    ::localtime_r(&now, &parts);
    char time[32];
    auto size = std::strftime(time, sizeof time, "%b %e %H:%M:%S ", &parts);
    std::string out = "<" + std::to_string(to.facility * 8 + severity) + ">";
    return out.append(time, size).append(machine).append(to.tag).append(": ");
}

int send_datagram(int socket, std::string_view peer, std::string_view head, std::string_view text) {
    auto first = send_once(socket, head, text);
    if (first == 0 || !may_be_gone(first)) return first;
    sockaddr_storage at{};
    if (peer.empty() || peer.size() > sizeof at) return first;
    std::memcpy(&at, peer.data(), peer.size());
    auto size = static_cast<socklen_t>(peer.size());
    if (::connect(socket, reinterpret_cast<sockaddr*>(&at), size) != 0) return errno;
    if (auto second = send_once(socket, head, text)) return second;
    // Over UDP it was an earlier datagram that was refused.
    return first == ECONNREFUSED && !is_unix(at) ? first : 0;
}

}
