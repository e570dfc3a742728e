#include "gateway/session/leaving.hpp"

#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <utility>

namespace postern::gateway {
using boost::system::error_code;
using namespace std::chrono_literals;

struct leaving::watch : std::enable_shared_from_this<leaving::watch> {
    connection& client;
    std::function<void()> call;
    std::chrono::milliseconds grace;
    boost::asio::steady_timer timer;
    bool gone = false, off = false;

    watch(connection& c, std::function<void()> f, std::chrono::milliseconds g)
        : client(c), call(std::move(f)), grace(g), timer(c.socket().get_executor()) {}

    void start() {
        auto then = [self = shared_from_this()](error_code ec) {
            if (!self->off) self->readable(ec);
        };
        client.socket().async_wait(stream_socket::wait_read, then);
    }

    void leave() {
        gone = true;
        call();
    }

    void after(std::chrono::milliseconds pause, void (watch::*then)()) {
        timer.expires_after(pause);
        timer.async_wait([self = shared_from_this(), then](error_code ec) {
            if (!ec && !self->off) (self.get()->*then)();
        });
    }

    void readable(error_code ec) {
        if (ec || client.stopped()) return leave();
        judge();
    }

    // Bytes that nobody reads yet hide what comes behind them, so the state is looked at again.
    void judge() {
        char one;
        auto got = client.socket().receive(&one, 1, MSG_PEEK);
        if (client.stopped() || client.overdue()) return leave();
        if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return leave();
        if (got == 0 || client.peer_finished()) return after(grace, &watch::leave);
        if (got < 0) return start();
        after(1s, &watch::judge);
    }
};

leaving::leaving(connection& client, std::function<void()> call, std::chrono::milliseconds grace)
    : watch_(std::make_shared<watch>(client, std::move(call), grace)) {
    watch_->start();
    watch_->client.keep_time(true);
}

leaving::~leaving() {
    watch_->off = true;
    watch_->timer.cancel();
    watch_->client.keep_time(false);
    watch_->client.socket().cancel();
}

bool leaving::gone() const { return watch_->gone; }

}
