#include "backends/tls/builtin_store.hpp"

#include "config/value/secret.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}

builtin_store::builtin_store(std::size_t sessions, std::function<clock::time_point()> now)
    : most_(std::max<std::size_t>(1, sessions)), now_(std::move(now)) {}

builtin_store::~builtin_store() {
    while (!by_age_.empty())
        forget(by_age_.begin());
}

void builtin_store::forget(place gone) {
    by_id_.erase(gone->id);
    wipe(gone->session);
    by_age_.erase(gone);
}

bool builtin_store::put(
    std::span<const std::byte> id, std::span<const std::byte> session, clock::time_point expires
) {
    if (id.size() > 32 || session.size() > longest_session) return false;
    drop(id);
    // nginx's way: up to two expired ones leave with each arrival, so that no arrival takes long
    for (int i = 0; i < 2 && !by_age_.empty() && by_age_.front().expires <= now_(); ++i)
        forget(by_age_.begin());
    if (by_age_.size() >= most_) forget(by_age_.begin());
    by_age_.push_back({std::string(text_of(id)), std::string(text_of(session)), expires});
    auto last = std::prev(by_age_.end());
    by_id_.emplace(last->id, last);
    return true;
}

std::optional<std::string> builtin_store::get(std::span<const std::byte> id) {
    auto found = by_id_.find(text_of(id));
    if (found == by_id_.end()) return std::nullopt;
    if (found->second->expires > now_()) return found->second->session;
    forget(found->second);
    return std::nullopt;
}

void builtin_store::drop(std::span<const std::byte> id) {
    if (auto found = by_id_.find(text_of(id)); found != by_id_.end()) forget(found->second);
}

}
