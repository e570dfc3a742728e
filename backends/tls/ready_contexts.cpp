#include "backends/tls/ready_contexts.hpp"

namespace postern::tls {

std::shared_ptr<const context> ready_contexts::find(const id& which) {
    auto at = places_.find(which);
    if (at == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, at->second);
    return at->second->second;
}

void ready_contexts::keep(const id& which, std::shared_ptr<const context> one) {
    if (most_ == 0 || places_.contains(which)) return;
    if (order_.size() >= most_) {
        places_.erase(order_.back().first);
        order_.pop_back();
    }
    order_.emplace_front(which, std::move(one));
    places_[which] = order_.begin();
}

}
