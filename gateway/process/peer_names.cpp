#include "gateway/process/peer_names.hpp"

#include "config/value/network.hpp"
#include "gateway/process/machine_names.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace postern::gateway {
namespace {

std::set<std::string> names_of(const config::server_settings& server) {
    std::set<std::string> out;
    if (!server.takes_proxy_headers()) return out;
    for (auto& peer : server.real_ip_from)
        if (!peer.name.empty()) out.insert(peer.name);
    return out;
}

config::complaint complaint_of(const std::string& name, const std::string& why) {
    return {
        config::severity::error,
        "set_real_ip_from",
        "cannot find the addresses of " + name + ": " + why,
        "write its addresses, or put the name into /etc/hosts"};
}

}

void look_up_peers(examined& e, std::chrono::milliseconds patience) {
    auto& servers = e.config.made->servers;
    std::set<std::string> names;
    for (auto& server : servers)
        names.merge(names_of(server));
    e.peers.clear();
    if (names.empty()) return;
    std::vector<std::string> asked(names.begin(), names.end());
    auto answers = look_up_names(asked, patience);
    std::map<std::string, std::string> failed;
    for (std::size_t n = 0; n < asked.size(); ++n)
        if (answers[n].hosts.empty())
            failed[asked[n]] = std::move(answers[n].why);
        else
            e.peers[asked[n]] = std::move(answers[n].hosts);
    for (std::size_t n = 0; n < servers.size(); ++n)
        for (auto& name : names_of(servers[n]))
            if (auto at = failed.find(name); at != failed.end())
                e.complain({complaint_of(name, at->second)}, n);
}

std::shared_ptr<const config::settings> with_peers(
    std::shared_ptr<const config::settings> from, const peer_addresses& known
) {
    if (known.empty()) return from;
    auto out = std::make_shared<config::settings>(*from);
    for (auto& server : out->servers)
        for (auto& peer : std::exchange(server.real_ip_from, {})) {
            auto at = known.find(peer.name);
            if (at == known.end()) {
                server.real_ip_from.push_back(std::move(peer));
                continue;
            }
            for (auto& host : at->second)
                if (auto one = config::network_of(host)) server.real_ip_from.push_back(*one);
        }
    return out;
}

}
