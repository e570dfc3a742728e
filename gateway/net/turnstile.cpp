#include "gateway/net/turnstile.hpp"

#include <algorithm>
#include <utility>

namespace postern::gateway {
using namespace std::chrono_literals;

void turnstile::set(std::size_t a_second, std::function<void(std::size_t)> crowded) {
    if (rate_ == 0) { // nobody was counted before
        tokens_ = static_cast<double>(a_second);
        filled_ = clock::now();
    }
    rate_ = a_second;
    crowded_ = std::move(crowded);
}

void turnstile::refill(clock::time_point now) {
    std::chrono::duration<double> passed = now - filled_;
    filled_ = now;
    auto rate = static_cast<double>(rate_);
    tokens_ = std::min(tokens_ + passed.count() * rate, rate);
}

bool turnstile::place::may_pass(clock::time_point now) {
    if (at_.rate_ == 0) return true;
    at_.refill(now);
    // As many from the front of the line as there are tokens.
    auto left = at_.tokens_;
    for (auto first = at_.line_.begin(); left >= 1 && first != at_.line_.end(); ++first, --left)
        if (*first == number_) {
            at_.line_.erase(first);
            at_.tokens_ -= 1;
            return true;
        }
    if (at_.crowded_ && now - at_.complained_ >= 10s) {
        at_.complained_ = now;
        at_.crowded_(at_.line_.size());
    }
    return false;
}

std::chrono::milliseconds turnstile::place::pause() const {
    auto ahead = at_.line_.empty() ? 0 : number_ - *at_.line_.begin();
    auto wait = std::chrono::milliseconds(1000 * (ahead + 1) / std::max<std::size_t>(at_.rate_, 1));
    return std::clamp(wait, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
}

turnstile& handshake_turns() {
    thread_local turnstile mine;
    return mine;
}

}
