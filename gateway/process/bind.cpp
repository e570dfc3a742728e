#include "gateway/process/bind.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace postern::gateway {
namespace {

struct endpoint {
    sockaddr_storage storage{};
    socklen_t length = 0; // 0: the address makes no sense
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
};

template <class Address> endpoint endpoint_of(const Address& a, std::size_t length) {
    endpoint e;
    std::memcpy(&e.storage, &a, sizeof a);
    e.length = static_cast<socklen_t>(length);
    return e;
}

endpoint unix_endpoint(const std::string& path) {
    sockaddr_un a{};
    if (path.empty() || path.size() >= sizeof a.sun_path) return {};
    a.sun_family = AF_UNIX;
    std::memcpy(a.sun_path, path.data(), path.size());
    return endpoint_of(a, sizeof a);
}

endpoint tcp_endpoint(const std::string& host, std::uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return endpoint_of(v4, sizeof v4);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return endpoint_of(v6, sizeof v6);
    return {};
}

std::uint16_t port_of(int fd) {
    endpoint e;
    e.length = sizeof e.storage;
    if (::getsockname(fd, e.get(), &e.length) != 0) return 0;
    // The port stands at the same place in both.
    return ntohs(reinterpret_cast<sockaddr_in*>(&e.storage)->sin_port);
}

bound failed(int error) { return {{}, {}, 0, error, std::strerror(error)}; }

descriptor new_socket(int family, int protocol = 0) {
    return descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

// Does anybody listen behind this name? A socket file outlives a program that was killed.
bool is_stale(endpoint& at, const std::string& path) {
    struct stat is {};
    if (::lstat(path.c_str(), &is) != 0 || !S_ISSOCK(is.st_mode)) return false;
    auto knock = new_socket(AF_UNIX);
    return ::connect(knock.get(), at.get(), at.length) != 0 && errno == ECONNREFUSED;
}

bound bind_unix(const config::listen_address& wanted) {
    auto at = unix_endpoint(wanted.host);
    if (at.length == 0) return failed(ENAMETOOLONG);
    auto socket = new_socket(AF_UNIX);
    if (!socket) return failed(errno);
    if (is_stale(at, wanted.host)) ::unlink(wanted.host.c_str());
    if (::bind(socket.get(), at.get(), at.length) != 0) return failed(errno);
    // Anyone may connect, as to a port; the folder's permissions can narrow that.
    if (::chmod(wanted.host.c_str(), 0666) != 0 || !adjust_listener(socket.get(), wanted))
        return failed(errno);
    return {std::move(socket), name_of(wanted), 0, 0};
}

bool turn(int fd, int level, int option, int value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// For what not every kind of socket has: to turn off what is not there is no failure.
bool turn_if_any(int fd, int level, int option, int value) {
    return turn(fd, level, option, value) || value == 0;
}

bool keep_alive(int fd, const config::keepalive_settings& k) {
    auto set = [fd](int option, std::size_t value) {
        return value == 0 || turn(fd, IPPROTO_TCP, option, static_cast<int>(value));
    };
    return turn(fd, SOL_SOCKET, SO_KEEPALIVE, k.on ? 1 : 0) && set(TCP_KEEPIDLE, k.idle) &&
           set(TCP_KEEPINTVL, k.interval) && set(TCP_KEEPCNT, k.count);
}

bool set_buffers(int fd, const config::listen_address& l) {
    auto set = [fd](int option, std::size_t bytes) {
        return bytes == 0 || turn(fd, SOL_SOCKET, option, static_cast<int>(bytes));
    };
    return set(SO_RCVBUF, l.rcvbuf) && set(SO_SNDBUF, l.sndbuf);
}

descriptor tcp_socket(const config::listen_address& wanted, int family) {
    auto socket = new_socket(family, wanted.multipath ? IPPROTO_MPTCP : 0);
    if (!socket || !turn(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1)) return {};
    if (family == AF_INET6 &&
        !turn(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, wanted.ipv6only ? 1 : 0))
        return {};
    return socket;
}

}

// Accepted sockets inherit these, but for the queues.
bool adjust_listener(int fd, const config::listen_address& wanted) {
    if (!set_buffers(fd, wanted)) return false;
    if (wanted.is_unix) return ::listen(fd, wanted.backlog) == 0;
    return turn(fd, IPPROTO_TCP, TCP_NODELAY, 1) && keep_alive(fd, wanted.keepalive) &&
           turn_if_any(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, wanted.deferred ? 1 : 0) &&
           ::listen(fd, wanted.backlog) == 0 &&
           turn_if_any(fd, IPPROTO_TCP, TCP_FASTOPEN, static_cast<int>(wanted.fastopen));
}

bound bind_listener(const config::listen_address& wanted, std::uint16_t port, bool probe) {
    if (wanted.is_unix) return bind_unix(wanted);
    auto at = tcp_endpoint(wanted.host, port);
    if (at.length == 0) return failed(EINVAL);
    if (probe && port != 0) {
        auto alone = tcp_socket(wanted, at.family());
        if (!alone || ::bind(alone.get(), at.get(), at.length) != 0) return failed(errno);
    }
    auto socket = tcp_socket(wanted, at.family());
    if (!socket || !turn(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1) ||
        ::bind(socket.get(), at.get(), at.length) != 0 || !adjust_listener(socket.get(), wanted))
        return failed(errno);
    auto real = wanted;
    real.port = port_of(socket.get());
    return {std::move(socket), name_of(real), real.port, 0};
}

std::string name_of(const config::listen_address& a) {
    if (a.is_unix) return "unix:" + a.host;
    auto host = a.host.find(':') == std::string::npos ? a.host : '[' + a.host + ']';
    return host + ':' + std::to_string(a.port);
}

config::complaint complaint_of(const config::listen_address& wanted, const std::string& why) {
    return {
        config::severity::error,
        "listen",
        "cannot find the addresses of " + wanted.host + ": " + why,
        "write the address, or put the name into /etc/hosts"};
}

config::complaint complaint_of_twice(const config::listen_address& wanted) {
    return {
        config::severity::error,
        "listen",
        name_of(wanted) + " is what another listen leads to as well (\"" + wanted.written + "\")",
        "leave one of them out"};
}

config::complaint complaint_of(const config::listen_address& wanted, const bound& failure) {
    config::complaint c{config::severity::error, "listen", {}, {}};
    c.text = "cannot listen on " + name_of(wanted) + ": " + failure.why;
    if (failure.error == EADDRINUSE)
        c.hint = "another program listens there; `ss -ltnp` shows which";
    else if (failure.error == EACCES && wanted.port > 0 && wanted.port < 1024)
        c.hint = "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE";
    else if (failure.error == EADDRNOTAVAIL)
        c.hint = "this machine has no such address; `ip addr` shows those it has";
    else if (failure.error == EPROTONOSUPPORT && wanted.multipath)
        c.hint = "this kernel does not speak Multipath TCP; leave \"multipath\" out";
    else if (failure.error == EOPNOTSUPP || failure.error == ENOPROTOOPT)
        c.hint = "this kernel does not take all of its parameters; leave out fastopen, deferred or "
                 "multipath";
    return c;
}

}
