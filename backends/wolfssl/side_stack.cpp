#include "backends/wolfssl/side_stack.hpp"

#include <cstddef>
#include <sys/mman.h>
#include <ucontext.h>
#include <utility>
#include <vector>

namespace postern::tls::wolfssl {

namespace {

constexpr std::size_t stack_bytes = 512 * 1024; // of address space; what is used counts
constexpr std::size_t guard_bytes = 64 * 1024;  // never to be touched; a multiple of any page size
constexpr std::size_t pooled = 16;

// Stacks of this thread that wait to be used again.
class stack_pool {
public:
    ~stack_pool() {
        for (auto* one : free_)
            ::munmap(one, stack_bytes);
    }
    void* take() {
        if (!free_.empty()) {
            auto* last = free_.back();
            free_.pop_back();
            return last;
        }
        constexpr int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE;
        auto* fresh = ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, kind, -1, 0);
        if (fresh == MAP_FAILED) return nullptr;
        if (::mprotect(fresh, guard_bytes, PROT_NONE) == 0) return fresh;
        ::munmap(fresh, stack_bytes);
        return nullptr;
    }
    void give_back(void* one) {
        if (free_.size() < pooled)
            free_.push_back(one);
        else
            ::munmap(one, stack_bytes);
    }

private:
    std::vector<void*> free_;
};

stack_pool& pool() {
    static thread_local stack_pool one;
    return one;
}

}

struct side_stack::state {
    std::function<int()> work;
    ucontext_t outside{}, inside{};
    void* stack = nullptr;
    bool paused = false;
    int result = 0;

    // makecontext() hands over numbers only.
    static thread_local state* beginning;
    static void begin() {
        auto& self = *beginning;
        self.result = self.work();
    }
};

thread_local side_stack::state* side_stack::state::beginning = nullptr;

side_stack::side_stack() : state_(std::make_unique<state>()) {}

side_stack::~side_stack() = default;

bool side_stack::run(std::function<int()> work) {
    auto& s = *state_;
    s.stack = pool().take();
    if (!s.stack || ::getcontext(&s.inside) != 0) return false;
    s.work = std::move(work);
    s.inside.uc_stack.ss_sp = static_cast<char*>(s.stack) + guard_bytes;
    s.inside.uc_stack.ss_size = stack_bytes - guard_bytes;
    s.inside.uc_link = &s.outside;
    ::makecontext(&s.inside, &state::begin, 0);
    state::beginning = &s;
    go_on();
    return true;
}

void side_stack::go_on() {
    auto& s = *state_;
    s.paused = false;
    ::swapcontext(&s.outside, &s.inside);
    if (s.paused) return;
    pool().give_back(std::exchange(s.stack, nullptr));
    s.work = nullptr;
}

void side_stack::pause() {
    state_->paused = true;
    ::swapcontext(&state_->inside, &state_->outside);
}

bool side_stack::paused() const { return state_->paused; }

int side_stack::result() const { return state_->result; }

}
