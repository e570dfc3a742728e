#include "gateway/process/own_addresses.hpp"

#include "gateway/process/machine_names.hpp"

#include <algorithm>
#include <utility>

namespace postern::gateway {

own_addresses spell_out(const config::listen_address& from, std::chrono::milliseconds patience) {
    named_addresses hosts{{from.host}, {}};
    if (from.is_name) hosts = look_up_names({&from.host, 1}, patience).front();
    own_addresses out{{}, std::move(hosts.why)};
    auto last = std::max(from.port, from.last_port);
    for (auto& host : hosts.hosts)
        for (int port = from.port; port <= last; ++port) {
            auto& one = out.each.emplace_back(from);
            one.host = host;
            one.port = static_cast<std::uint16_t>(port);
            one.last_port = 0;
            one.is_name = false;
        }
    return out;
}

}
