#include "gateway/resolver/name_cache.hpp"

#include <utility>

namespace postern::gateway {

const client_names* name_cache::find(const std::string& address, clock::time_point now) {
    auto at = places_.find(address);
    if (at == places_.end()) return nullptr;
    if (now < at->second->until) return &at->second->names;
    forget(at->second);
    return nullptr;
}

void name_cache::keep(const std::string& address, client_names names, clock::time_point until) {
    if (auto at = places_.find(address); at != places_.end()) forget(at->second);
    if (order_.size() >= most_) forget(order_.begin());
    auto place = order_.insert(order_.end(), entry{address, std::move(names), until});
    places_.emplace(address, place);
}

void name_cache::forget(std::list<entry>::iterator at) {
    places_.erase(at->address);
    order_.erase(at);
}

}
