#pragma once

#include <array>
#include <cstddef>

namespace postern::gateway {

// The two large buffers of a worker, which all its connections borrow: only between a socket's
// being ready and the next suspension, so that a connection which waits owns none.
struct worker_buffers {
    static constexpr std::size_t size = 64 * 1024;
    std::array<std::byte, size> cipher, plain;
    std::size_t lent = 0; // bytes of `plain` that somebody was shown since the last wipe
};

// This thread's buffers.
worker_buffers& buffers();

// Overwrites what was lent: before the login it may have been a password.
void wipe_lent();

}
