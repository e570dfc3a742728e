#include "gateway/process/memory_reserve.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace postern::gateway {
namespace {

// So large that malloc maps it, and gives it back to the system when it is freed. It is never
// touched, so it costs no memory.
constexpr std::size_t size = 512 * 1024;
std::atomic<void*> kept{nullptr};

void spend() {
    auto* one = kept.exchange(nullptr);
    if (!one) throw std::bad_alloc();
    std::free(one);
}

}

void keep_memory_reserve() {
    (void)memory_reserve_is_whole();
    std::set_new_handler(spend);
}

bool memory_reserve_is_whole() {
    if (kept.load()) return true;
    auto* fresh = std::malloc(size);
    if (void* none = nullptr; fresh && !kept.compare_exchange_strong(none, fresh)) std::free(fresh);
    return fresh != nullptr;
}

}
