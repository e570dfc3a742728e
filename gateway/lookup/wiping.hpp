#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <new>

namespace postern::gateway {

// Memory that is overwritten before it is given back.
template <class T> struct wiping_allocator {
    using value_type = T;

    wiping_allocator() = default;
    template <class U> wiping_allocator(const wiping_allocator<U>&) noexcept {}

    T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T))); }
    void deallocate(T* p, std::size_t n) noexcept {
        std::memset(static_cast<void*>(p), 0, n * sizeof(T));
        std::atomic_signal_fence(std::memory_order_seq_cst);
        ::operator delete(p);
    }

    template <class U> bool operator==(const wiping_allocator<U>&) const noexcept { return true; }
};

}
