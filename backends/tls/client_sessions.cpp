#include "backends/tls/client_sessions.hpp"

namespace postern::tls {

void client_sessions::keep(const std::string& peer, handle what, bool single_use) {
    auto found = by_peer_.find(peer);
    if (found == by_peer_.end()) {
        by_age_.push_front({peer, {}});
        found = by_peer_.emplace(peer, by_age_.begin()).first;
    } else {
        by_age_.splice(by_age_.begin(), by_age_, found->second);
    }
    auto& kept = found->second->kept;
    if (!single_use) kept.clear();
    kept.push_front({std::move(what), single_use});
    if (kept.size() > most_each) kept.pop_back();
    if (by_age_.size() <= most_peers) return;
    by_peer_.erase(by_age_.back().peer);
    by_age_.pop_back();
}

client_sessions::handle client_sessions::take(const std::string& peer) {
    auto found = by_peer_.find(peer);
    if (found == by_peer_.end()) return nullptr;
    auto& kept = found->second->kept;
    auto what = kept.front().what;
    if (!kept.front().single_use) return what;
    kept.pop_front();
    if (!kept.empty()) return what;
    by_age_.erase(found->second);
    by_peer_.erase(found);
    return what;
}

}
