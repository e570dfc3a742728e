#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>

namespace postern::gateway {

// Lets so many TLS handshakes of a worker begin in a second (ssl_handshake_rate), in the order in
// which they came. Who waits looks again after a pause; who leaves the line holds up nobody.
class turnstile {
public:
    using clock = std::chrono::steady_clock;

    // 0: no limit. `crowded` is called when somebody has to wait, once in ten seconds.
    void set(std::size_t a_second, std::function<void(std::size_t waiting)> crowded);

    // A place in the line, as long as it lives.
    class place {
    public:
        explicit place(turnstile& at) : at_(at), number_(at.next_++) { at_.line_.insert(number_); }
        ~place() { at_.line_.erase(number_); }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        // Whether it is this one's turn; then it is spent.
        bool may_pass(clock::time_point now = clock::now());
        // Until when it is worth while to look again.
        std::chrono::milliseconds pause() const;

    private:
        turnstile& at_;
        std::uint64_t number_;
    };

private:
    void refill(clock::time_point now);

    std::size_t rate_ = 0;
    double tokens_ = 0; // at most those of one second
    clock::time_point filled_{}, complained_{};
    std::uint64_t next_ = 0;
    std::set<std::uint64_t> line_;
    std::function<void(std::size_t)> crowded_;
};

// This worker's: one thread serves.
turnstile& handshake_turns();

}
