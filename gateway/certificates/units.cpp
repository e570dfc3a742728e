#include "gateway/certificates/units.hpp"

#include <algorithm>
#include <map>

namespace postern::gateway {
namespace {

class grouping {
public:
    void add(const std::vector<std::string>& paths, renewable::pair one) {
        auto to = all_.size();
        for (auto& path : paths)
            if (auto at = place_.find(path); at != place_.end()) to = std::min(to, at->second);
        if (to == all_.size()) all_.emplace_back();
        for (auto& path : paths)
            take(path, to);
        all_[to].pairs.push_back(std::move(one));
    }

    std::vector<renewable> finish() {
        std::erase_if(all_, [](auto& u) { return u.pairs.empty(); });
        for (auto& u : all_) {
            std::ranges::sort(u.paths);
            u.name = u.paths.front();
        }
        std::ranges::sort(all_, {}, &renewable::name);
        return std::move(all_);
    }

private:
    // Brings a file along, and the whole group that it is in.
    void take(const std::string& path, std::size_t to) {
        auto [at, is_new] = place_.try_emplace(path, to);
        if (is_new) return all_[to].paths.push_back(path);
        auto from = at->second;
        if (from == to) return;
        for (auto& other : all_[from].paths) {
            place_[other] = to;
            all_[to].paths.push_back(other);
        }
        std::ranges::move(all_[from].pairs, std::back_inserter(all_[to].pairs));
        all_[from] = {};
    }

    std::vector<renewable> all_;
    std::map<std::string, std::size_t> place_;
};

}

std::vector<renewable> renewables_of(const config::settings& from) {
    grouping groups;
    for (std::size_t n = 0; n < from.servers.size(); ++n) {
        auto& tls = from.servers[n].tls;
        if (!from.servers[n].uses_tls()) continue;
        auto add = [&](const renewable::pair& one) {
            std::vector<std::string> paths{one.certificate.path};
            if (one.key.path != one.certificate.path) paths.push_back(one.key.path);
            for (auto* more : {&one.staple.path, &tls.password_file.path})
                if (!more->empty()) paths.push_back(*more);
            groups.add(paths, one);
        };
        auto& all = tls.certificates;
        auto& keys = tls.certificate_keys;
        auto& staples = tls.handshake.staples;
        for (std::size_t i = 0; i < all.size(); ++i)
            add(
                {n,
                 all[i],
                 i < keys.size() ? keys[i] : all[i],
                 i < staples.size() ? staples[i] : config::file()}
            );
        for (auto& one : tls.names.certificates)
            add({n, one.certificate, one.key, one.staple});
    }
    return groups.finish();
}

}
