#pragma once

#include <cstddef>
#include <span>

namespace postern::tls {

// Takes numbers and counted stretches off the front of a message; once something is missing,
// everything is.
class cursor {
public:
    using bytes = std::span<const std::byte>;

    explicit cursor(bytes all) : rest_(all) {}

    std::size_t number(std::size_t width) {
        std::size_t value = 0;
        for (auto b : take(width))
            value = value << 8u | std::to_integer<std::size_t>(b);
        return value;
    }
    bytes take(std::size_t n) {
        if (n > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        auto front = rest_.first(n);
        rest_ = rest_.subspan(n);
        return front;
    }
    bytes counted(std::size_t width) { return take(number(width)); }

    bool good() const { return good_; }
    bool more() const { return good_ && !rest_.empty(); }

private:
    bytes rest_;
    bool good_ = true;
};

}
