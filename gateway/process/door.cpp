#include "gateway/process/door.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

// Then others have their turn: a flood at one door must not starve the sessions inside.
constexpr int at_once = 16, in_closing = 4096;
constexpr std::chrono::milliseconds breath{100};

// What accept(2) says of one connection, not of the listening socket.
bool concerns_one_connection(int error) {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM: return true;
    default: return false;
    }
}

}

door::door(asio::io_context& loop, descriptor socket, keeper& of)
    : loop_(loop), socket_(loop, std::move(socket)), pause_(loop), keeper_(of) {}

void door::belongs_to(std::size_t server, std::size_t listener) {
    server_ = server;
    listener_ = listener;
}

void door::open() { begin(false); }

// What can end it is a lack of memory. No door stays closed for that.
void door::begin(bool after_a_breath) {
    auto ended = [self = shared_from_this()](std::exception_ptr why) {
        if (!why || !self->socket_.is_open()) return;
        self->keeper_.is_full(ENOMEM);
        self->begin(true);
    };
    asio::co_spawn(loop_, accept_all(shared_from_this(), after_a_breath), ended);
}

void door::close(waiting those) {
    if (!socket_.is_open()) return;
    if (those == waiting::come_in) accept_some(in_closing);
    socket_.close();
    pause_.cancel();
}

// False: there is no room.
bool door::accept_some(int most) {
    for (int i = 0; i < most; ++i) {
        if (!keeper_.has_room()) {
            keeper_.is_full(0);
            return false;
        }
        address from;
        auto came = socket_.accept(from);
        if (!came && concerns_one_connection(errno)) continue;
        if (!came && errno == EAGAIN) return true;
        if (!came) {
            keeper_.is_full(errno);
            return false;
        }
        try {
            keeper_.enter(client(loop_, std::move(came)), from, *this);
        } catch (const std::bad_alloc&) { // this one is lost; the others wait
            keeper_.is_full(ENOMEM);
            return false;
        }
    }
    return true;
}

task<> door::accept_all(std::shared_ptr<door> self, bool after_a_breath) {
    boost::system::error_code bad;
    auto answer = asio::redirect_error(asio::use_awaitable, bad);
    while (self->socket_.is_open()) {
        if (!std::exchange(after_a_breath, false)) {
            co_await self->socket_.async_wait(stream_socket::wait_read, answer);
            if (!self->socket_.is_open()) break;
            if (!bad && self->accept_some(at_once)) continue;
        }
        self->pause_.expires_after(breath);
        co_await self->pause_.async_wait(answer);
    }
}

}
