#include "gateway/session/sessions.hpp"

#include <utility>

namespace postern::gateway {

sessions::entry::entry(sessions& all) : all_(all) { all_.all_.push_back(*this); }

sessions::entry::~entry() {
    all_.all_.erase(all_.all_.iterator_to(*this));
    all_.check();
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
