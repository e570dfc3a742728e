#include "gateway/net/stream_socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

namespace postern::gateway {
namespace asio = boost::asio;

static boost::system::error_code system_error() {
    return {errno, boost::system::system_category()};
}

stream_socket::stream_socket(asio::any_io_executor where)
    : of_(&readiness::of(asio::query(where, asio::execution::context))) {}

stream_socket::stream_socket(asio::io_context& loop, descriptor socket) : stream_socket(loop) {
    place_ = std::make_unique<readiness::place>(*of_, std::move(socket));
}

stream_socket::error_code stream_socket::connect(const endpoint_type& to) {
    int family = to.data()->sa_family;
    int protocol = family == AF_UNIX ? 0 : IPPROTO_TCP;
    descriptor made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
    if (!made) return system_error();
    place_ = std::make_unique<readiness::place>(*of_, std::move(made));
    auto size = static_cast<socklen_t>(to.size());
    return ::connect(native_handle(), to.data(), size) == 0 ? error_code() : system_error();
}

stream_socket::error_code stream_socket::pending_error() const {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return system_error();
    return {error, boost::system::system_category()};
}

// Less than there was room for means that nothing is left: what comes next is an event again, and
// so is the end, unless it was told already. Until then the kernel need not be asked.
ssize_t stream_socket::receive(void* into, std::size_t most, int flags) {
    if (place_ && place_->knows_of_nothing()) {
        errno = EAGAIN;
        return -1;
    }
    auto got = ::recv(native_handle(), into, most, flags | MSG_DONTWAIT);
    bool all = (flags & MSG_PEEK) == 0 && got >= 0 && static_cast<std::size_t>(got) < most;
    if (place_ && (got < 0 || all)) place_->readable = false;
    return got;
}

ssize_t stream_socket::send(const void* bytes, std::size_t size) {
    auto sent = ::send(native_handle(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (place_ && (sent < 0 || static_cast<std::size_t>(sent) < size)) place_->writable = false;
    return sent;
}

descriptor stream_socket::accept(endpoint_type& from) {
    auto size = static_cast<socklen_t>(from.capacity());
    descriptor out(::accept4(native_handle(), from.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (out)
        from.resize(size);
    else if (place_ && errno == EAGAIN)
        place_->readable = false;
    return out;
}

void stream_socket::wait(wait_type what, readiness::waiter& by) {
    if (place_)
        of_->wait(*place_, what, by);
    else
        of_->refuse(by, asio::error::bad_descriptor);
}

void stream_socket::cancel() {
    if (place_) of_->call_off(*place_);
}

void stream_socket::close() { place_.reset(); }

void stream_socket::shut_down_sending() { ::shutdown(native_handle(), SHUT_WR); }

static stream_socket::endpoint_type name_by(
    int (*ask)(int, sockaddr*, socklen_t*), int fd, boost::system::error_code& why
) {
    stream_socket::endpoint_type out;
    auto size = static_cast<socklen_t>(out.capacity());
    why = {};
    if (ask(fd, out.data(), &size) != 0)
        why = system_error();
    else
        out.resize(size);
    return out;
}

stream_socket::endpoint_type stream_socket::remote_endpoint(error_code& why) const {
    return name_by(::getpeername, native_handle(), why);
}

stream_socket::endpoint_type stream_socket::local_endpoint(error_code& why) const {
    return name_by(::getsockname, native_handle(), why);
}

stream_socket::error_code stream_socket::set(int level, int option, int value) {
    if (::setsockopt(native_handle(), level, option, &value, sizeof value) != 0)
        return system_error();
    return {};
}

stream_socket::error_code stream_socket::reset_on_close() {
    linger at_once{1, 0};
    if (::setsockopt(native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0)
        return system_error();
    return {};
}

}
