#include "gateway/signing/key_ring.hpp"

#include <algorithm>

namespace postern::gateway {
namespace {

constexpr auto grace = std::chrono::minutes(10);

}

void key_ring::add(std::vector<tls::withheld_key> fresh, clock::time_point now) {
    if (!newest_.empty()) former_.push_back({std::move(newest_), now + grace});
    newest_.clear();
    for (auto& k : fresh) {
        auto id = k.id;
        newest_[id] = std::make_shared<const tls::withheld_key>(std::move(k));
    }
    publish();
}

void key_ring::forget_old(clock::time_point now) {
    if (std::erase_if(former_, [&](auto& f) { return f.until <= now; }) > 0) publish();
}

void key_ring::publish() {
    auto all = newest_;
    for (auto& f : former_)
        all.insert(f.all.begin(), f.all.end());
    auto made = std::make_shared<const keys>(std::move(all));
    std::lock_guard held(guard_);
    now_ = std::move(made);
}

std::shared_ptr<const tls::withheld_key> key_ring::find(const tls::key_id& id) const {
    std::unique_lock held(guard_);
    auto all = now_;
    held.unlock();
    auto at = all->find(id);
    return at == all->end() ? nullptr : at->second;
}

tls::signing_key* key_drawer::open(const tls::withheld_key& key) {
    auto at = std::ranges::find(open_, key.id, [](auto& entry) { return entry.first; });
    if (at == open_.end()) {
        auto fresh = library_.load_key(key.pem, key.phrases);
        if (!fresh) return nullptr;
        open_.emplace_front(key.id, std::move(fresh));
        if (open_.size() > most) open_.pop_back();
    } else {
        open_.splice(open_.begin(), open_, at);
    }
    return open_.front().second.get();
}

}
