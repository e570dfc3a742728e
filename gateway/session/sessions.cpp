#include "gateway/session/sessions.hpp"

#include <utility>

namespace postern::gateway {

sessions::entry::entry(sessions& all, std::function<void()> stop)
    : all_(all), at_(all.stops_.insert(all.stops_.end(), std::move(stop))) {}

sessions::entry::~entry() {
    all_.stops_.erase(at_);
    all_.check();
}

void sessions::stop_all() {
    for (auto& stop : stops_)
        if (auto once = std::exchange(stop, nullptr)) once();
}

void sessions::when_empty(std::function<void()> call) {
    empty_ = std::move(call);
    check();
}

void sessions::check() {
    if (stops_.empty() && empty_) std::exchange(empty_, nullptr)();
}

}
