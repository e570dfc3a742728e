#pragma once

#include "gateway/net/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace postern::test {

// The far end of a connection, in the hands of a test: it never blocks.
class peer {
public:
    explicit peer(int fd) : fd_(fd) {}
    peer(peer&& other) noexcept
        : heard(std::move(other.heard)), ended(other.ended), reset(other.reset),
          fd_(std::exchange(other.fd_, -1)) {}
    ~peer() { hang_up(); }

    // Gives how many bytes the kernel took.
    std::size_t say(std::string_view);
    void finish();    // FIN
    void break_off(); // RST (TCP only)
    void hang_up();
    void listen(std::size_t most = 1 << 20); // takes what is there into `heard`

    std::string heard;
    bool ended = false; // the other side sent its FIN
    bool reset = false;

private:
    int fd_;
};

// A connected pair: ours and the test's. Real TCP over loopback.
std::pair<gateway::stream_socket, peer> connected(boost::asio::io_context&);

// Turns the loop until the condition holds; throws after five seconds.
template <class Condition> void turn_until(boost::asio::io_context& loop, Condition holds) {
    auto late = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > late) throw std::logic_error("nothing happened");
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(5));
    }
}

// A task that was started and will have given something.
template <class T> class pending {
public:
    pending(boost::asio::io_context& loop, task<T> what) : loop_(loop) {
        auto storing = store(std::move(what), given_);
        boost::asio::co_spawn(loop, std::move(storing), [this](std::exception_ptr e) {
            thrown_ = e;
            done_ = true;
        });
    }
    pending(const pending&) = delete;

    bool done() const { return done_; }
    T get() {
        turn_until(loop_, [this] { return done(); });
        if (thrown_) std::rethrow_exception(thrown_);
        return std::move(*given_);
    }

private:
    static task<> store(task<T> what, std::optional<T>& into) {
        auto value = co_await std::move(what);
        into.emplace(std::move(value));
    }

    boost::asio::io_context& loop_;
    std::optional<T> given_;
    bool done_ = false;
    std::exception_ptr thrown_;
};

// Turns the loop until the peer has heard that much, or the end.
void hear(boost::asio::io_context&, peer&, std::size_t bytes);
void hear_end(boost::asio::io_context&, peer&);

}
