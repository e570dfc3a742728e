#include "gateway/process/zones.hpp"

#include "gateway/shared/ticket_keys.hpp"

#include <cerrno>

namespace postern::gateway {

result<void> zones::open(const config::settings& settings) {
    wanted_.clear();
    if (!ticket_keys_) {
        auto made = segment::make("postern ticket keys", ticket_keys::needed);
        if (!made) return made.error();
        ticket_keys_ = std::move(*made);
    }
    for (auto& server : settings.servers) {
        auto& cache = server.tls.cache;
        if (cache.zone.empty() || wanted_.contains(cache.zone)) continue;
        auto old = in_force_.find(cache.zone);
        if (old != in_force_.end() && old->second->bytes().size() == cache.zone_bytes) {
            wanted_[cache.zone] = old->second;
            continue;
        }
        auto made = segment::make(("postern zone " + cache.zone).c_str(), cache.zone_bytes);
        if (!made) return made.error();
        wanted_[cache.zone] = std::make_shared<segment>(std::move(*made));
    }
    return {};
}

void zones::keep() { in_force_ = wanted_; }

result<void> zones::lend(bundle& b) const {
    b.ticket_keys = duplicate(ticket_keys_->fd());
    auto good = static_cast<bool>(b.ticket_keys);
    for (auto& [name, memory] : in_force_) {
        b.zones.push_back({name, memory->bytes().size(), duplicate(memory->fd())});
        good = good && b.zones.back().memory;
    }
    if (good) return {};
    return boost::system::error_code(errno, boost::system::system_category());
}

}
