#include "gateway/net/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace postern::gateway {

struct deadline::state : std::enable_shared_from_this<deadline::state> {
    boost::asio::steady_timer timer;
    std::function<void()> call_off;
    clock::time_point at, armed_for{};
    bool armed = false, waiting = false, called_off = false, dead = false;

    state(boost::asio::any_io_executor where, clock::time_point when, std::function<void()> call)
        : timer(std::move(where)), call_off(std::move(call)), at(when) {}

    void arm() {
        armed = true;
        armed_for = at;
        timer.expires_at(at);
        timer.async_wait([self = shared_from_this()](boost::system::error_code ec) {
            if (!ec && !self->dead) self->fired();
        });
    }

    void fired() {
        armed = false;
        if (!waiting) return;
        if (clock::now() < at) return arm(); // the moment was moved meanwhile
        called_off = true;
        call_off();
    }
};

deadline::deadline(
    boost::asio::any_io_executor where, clock::time_point at, std::function<void()> call_off
)
    : state_(std::make_shared<state>(std::move(where), at, std::move(call_off))) {}

deadline::~deadline() {
    state_->dead = true;
    state_->timer.cancel();
}

void deadline::move_to(clock::time_point at) {
    state_->at = at;
    if (state_->waiting && state_->armed_for > at) state_->arm();
}

deadline::clock::time_point deadline::at() const { return state_->at; }

void deadline::begin() {
    state_->waiting = true;
    state_->called_off = false;
    if (!state_->armed || state_->armed_for > state_->at) state_->arm();
}

bool deadline::end() {
    state_->waiting = false;
    return std::exchange(state_->called_off, false);
}

}
