#include "gateway/certificates/expiry.hpp"

namespace postern::gateway {

std::optional<int> expiry_notes::look(const std::string& path, time not_after, time now) {
    using days = std::chrono::duration<int, std::ratio<86400>>;
    std::optional<int> under;
    for (int limit : {30, 7, 1, 0})
        if (not_after - now <= days(limit)) under = limit;
    if (!under) {
        notes_.erase(path);
        return std::nullopt;
    }
    auto [at, is_new] = notes_.try_emplace(path, note{not_after, *under, round_});
    auto& known = at->second;
    auto say = is_new || known.not_after != not_after || known.said > *under;
    known = {not_after, *under, round_};
    return say ? under : std::nullopt;
}

void expiry_notes::end_round() {
    std::erase_if(notes_, [this](auto& n) { return n.second.round != round_; });
    ++round_;
}

}
