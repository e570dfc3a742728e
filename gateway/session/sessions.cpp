#include "gateway/session/sessions.hpp"

#include <algorithm>
#include <malloc.h>
#include <utility>

namespace postern::gateway {

sessions::entry::entry(sessions& all) : all_(all) {
    all_.all_.push_back(*this);
    all_.most_ = std::max(all_.most_, all_.count());
}

sessions::entry::~entry() {
    all_.all_.erase(all_.all_.iterator_to(*this));
    all_.check();
    all_.give_back();
}

// What a flood of sessions has freed lies between things that stay, and the allocator would keep it
// for the next flood. Asked each time that half of them have gone, it costs next to nothing.
void sessions::give_back() {
    if (most_ < worth_it || count() > most_ / 2) return;
    most_ = count();
    ::malloc_trim(0);
}

void sessions::stop_all() {
    for (auto& one : all_)
        one.stop();
}

void sessions::when_empty(std::function<void()> call) {
    empty_ = std::move(call);
    check();
}

void sessions::check() {
    if (all_.empty() && empty_) std::exchange(empty_, nullptr)();
}

}
