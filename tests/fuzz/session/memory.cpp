#include "tests/fuzz/session/memory.hpp"

#include "tests/fuzz/session/pipe.hpp"

#include <algorithm>
#include <utility>

// Part of every sanitizer's runtime, of clang and g++; nothing elsewhere.
extern "C" {
[[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(
    void (*)(const volatile void*, std::size_t), void (*)(const volatile void*)
);
[[gnu::weak]] std::size_t __sanitizer_get_allocated_size(const volatile void*);
}

namespace postern::fuzz {

namespace {

bool counting = false;
std::ptrdiff_t held = 0, most = 0;

void on_malloc(const volatile void*, std::size_t size) {
    if (!counting) return;
    held += static_cast<std::ptrdiff_t>(size);
    most = std::max(most, held);
}

void on_free(const volatile void* what) {
    if (counting && what) held -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(what));
}

bool hook() {
    return __sanitizer_install_malloc_and_free_hooks &&
           __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
}

}

counted_memory::counted_memory() {
    static const bool hooked = hook();
    held = most = 0;
    counting = hooked;
}

counted_memory::~counted_memory() { counting = false; }

uncounted::uncounted() : before_(std::exchange(counting, false)) {}
uncounted::~uncounted() { counting = before_; }

// Measured: about 4 KiB of coroutine frames and small things, and each byte of a buffer up to three
// times where a long command becomes one of the next protocol.
void counted_memory::check(const config::server_settings& s) const {
    auto buffers = s.imap.client_buffer + s.proxy.buffer;
    require(
        most <= static_cast<std::ptrdiff_t>(8192 + 6 * buffers), "a session's memory has a bound"
    );
}

}
