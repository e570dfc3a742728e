#include "gateway/process/memory_reserve.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace postern::gateway {
namespace {

// So large that malloc maps each, and gives it back to the system when it is freed. They are never
// touched, so they cost no memory. From the first that is spent on nobody comes in; the others are
// for those who are in.
constexpr std::size_t size = 256 * 1024;
std::array<std::atomic<void*>, 8> pieces{};

void spend() {
    for (auto& piece : pieces)
        if (auto* one = piece.exchange(nullptr)) return std::free(one);
    throw std::bad_alloc();
}

bool fill(std::atomic<void*>& piece) {
    if (piece.load()) return true;
    auto* fresh = std::malloc(size);
    if (void* none = nullptr; !piece.compare_exchange_strong(none, fresh)) std::free(fresh);
    return fresh != nullptr;
}

}

void keep_memory_reserve() {
    (void)memory_reserve_is_whole();
    std::set_new_handler(spend);
}

bool memory_reserve_is_whole() { return std::ranges::all_of(pieces, fill); }

}
