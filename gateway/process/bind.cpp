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

bool turn_on(int fd, int level, int option) {
    int on = 1;
    return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

bound failed(int error) { return {{}, {}, 0, error, std::strerror(error)}; }

descriptor new_socket(int family) {
    return descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
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
    if (::chmod(wanted.host.c_str(), 0666) != 0 || ::listen(socket.get(), wanted.backlog) != 0)
        return failed(errno);
    return {std::move(socket), name_of(wanted), 0, 0};
}

descriptor tcp_socket(int family) {
    auto socket = new_socket(family);
    if (!socket || !turn_on(socket.get(), SOL_SOCKET, SO_REUSEADDR)) return {};
    if (family == AF_INET6 && !turn_on(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY)) return {};
    return socket;
}

}

bound bind_listener(const config::listen_address& wanted, std::uint16_t port, bool probe) {
    if (wanted.is_unix) return bind_unix(wanted);
    auto at = tcp_endpoint(wanted.host, port);
    if (at.length == 0) return failed(EINVAL);
    if (probe && port != 0) {
        auto alone = tcp_socket(at.family());
        if (!alone || ::bind(alone.get(), at.get(), at.length) != 0) return failed(errno);
    }
    auto socket = tcp_socket(at.family());
    if (!socket) return failed(errno);
    turn_on(socket.get(), IPPROTO_TCP, TCP_NODELAY); // accepted sockets inherit it, and this:
    turn_on(socket.get(), SOL_SOCKET, SO_KEEPALIVE);
    if (!turn_on(socket.get(), SOL_SOCKET, SO_REUSEPORT) ||
        ::bind(socket.get(), at.get(), at.length) != 0 ||
        ::listen(socket.get(), wanted.backlog) != 0)
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

config::complaint complaint_of(const config::listen_address& wanted, const bound& failure) {
    config::complaint c{config::severity::error, "listen", {}, {}};
    c.text = "cannot listen on " + name_of(wanted) + ": " + failure.why;
    if (failure.error == EADDRINUSE)
        c.hint = "another program listens there; `ss -ltnp` shows which";
    else if (failure.error == EACCES && wanted.port > 0 && wanted.port < 1024)
        c.hint = "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE";
    else if (failure.error == EADDRNOTAVAIL)
        c.hint = "this machine has no such address; `ip addr` shows those it has";
    return c;
}

}
