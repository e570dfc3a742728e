#include "gateway/process/session_rooms.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace postern::gateway {
namespace {

std::pair<dev_t, ino_t> identity_of(int fd) {
    struct stat is {};
    ::fstat(fd, &is);
    return {is.st_dev, is.st_ino};
}

}

result<void> session_rooms::take(bundle& b) {
    // First what can fail, so that a failure changes nothing for the generation that goes on.
    std::map<std::string, zone> next;
    for (auto& z : b.zones) {
        auto is = identity_of(z.memory.get());
        next[z.name].is = is;
        if (auto old = zones_.find(z.name); old != zones_.end() && old->second.is == is) continue;
        auto memory = segment::adopt(z.memory.release(), z.bytes);
        if (!memory) return memory.error();
        next[z.name].cache = std::make_unique<session_cache>(std::move(*memory));
    }
    if (!keys_) {
        auto memory = segment::adopt(b.ticket_keys.release(), ticket_keys::needed);
        if (!memory) return memory.error();
        keys_ = std::make_unique<ticket_keys>(std::move(*memory));
    }
    sweep();
    for (auto& [name, old] : zones_)
        if (auto same = next.find(name); same != next.end() && !same->second.cache)
            same->second.cache = std::move(old.cache);
        else
            retired_.push_back({std::move(old.cache), users_});
    zones_ = std::move(next);
    return {};
}

session_places session_rooms::places() {
    session_places all;
    all.zone = [this](const std::string& name) -> tls::session_store* {
        auto z = zones_.find(name);
        return z == zones_.end() ? nullptr : z->second.cache.get();
    };
    all.builtin = [this](std::size_t sessions) -> tls::session_store* {
        auto& cache = builtin_[sessions];
        if (!cache) cache = std::make_unique<tls::builtin_store>(sessions);
        return cache.get();
    };
    all.keys = keys_.get();
    return all;
}

void session_rooms::used_by(std::weak_ptr<const generation> user) {
    sweep();
    users_.push_back(std::move(user));
}

void session_rooms::sweep() {
    auto gone = [](const std::weak_ptr<const generation>& g) { return g.expired(); };
    std::erase_if(users_, gone);
    std::erase_if(retired_, [&](const retired& r) { return std::ranges::all_of(r.users, gone); });
}

}
