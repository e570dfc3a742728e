#include "gateway/net/buffers.hpp"

#include <atomic>
#include <cstring>
#include <memory>

namespace postern::gateway {

worker_buffers& buffers() {
    thread_local auto mine = std::make_unique<worker_buffers>();
    return *mine;
}

void wipe_lent() {
    auto& b = buffers();
    std::memset(b.plain.data(), 0, b.lent);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    b.lent = 0;
}

}
