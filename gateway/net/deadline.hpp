#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace postern::gateway {

// A moment after which waits are called off. However many waits there are and however often the
// moment moves, there is one timer, and it is touched only when the moment comes nearer.
class deadline {
public:
    using clock = std::chrono::steady_clock;

    // call_off: ends the wait that is going on, by making it fail. Never called after ~deadline.
    deadline(boost::asio::any_io_executor, clock::time_point at, std::function<void()> call_off);
    ~deadline();
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    void move_to(clock::time_point at);
    clock::time_point at() const;
    bool passed() const { return clock::now() >= at(); }

    void begin(); // a wait begins; one at a time
    bool end();   // it is over; true when it was called off

private:
    struct state;
    std::shared_ptr<state> state_; // shared with the timer's handler, which may come late
};

}
