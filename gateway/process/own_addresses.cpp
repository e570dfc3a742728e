#include "gateway/process/own_addresses.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <future>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <system_error>
#include <thread>
#include <utility>

namespace postern::gateway {
namespace {

struct answer {
    std::vector<std::string> hosts;
    std::string why;
};

std::string literal(const sockaddr* from) {
    char text[INET6_ADDRSTRLEN] = {};
    const void* bytes = nullptr;
    if (from->sa_family == AF_INET)
        bytes = &reinterpret_cast<const sockaddr_in*>(from)->sin_addr;
    else if (from->sa_family == AF_INET6)
        bytes = &reinterpret_cast<const sockaddr_in6*>(from)->sin6_addr;
    if (!bytes || !::inet_ntop(from->sa_family, bytes, text, sizeof text)) return {};
    return text;
}

answer look_up(const std::string& name) {
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    if (auto error = ::getaddrinfo(name.c_str(), nullptr, &wanted, &found); error != 0)
        return {{}, error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error)};
    answer out;
    for (auto* a = found; a; a = a->ai_next)
        if (auto host = literal(a->ai_addr);
            !host.empty() && std::ranges::find(out.hosts, host) == out.hosts.end())
            out.hosts.push_back(std::move(host));
    ::freeaddrinfo(found);
    if (out.hosts.empty()) out.why = "it has no addresses";
    return out;
}

// The resolver cannot be told to stop: when it takes too long, a thread waits on for nothing.
answer look_up(const std::string& name, std::chrono::milliseconds patience) try {
    auto promised = std::make_shared<std::promise<answer>>();
    auto coming = promised->get_future();
    std::thread([promised, name] { promised->set_value(look_up(name)); }).detach();
    if (coming.wait_for(patience) != std::future_status::ready)
        return {{}, "no answer within " + std::to_string(patience.count()) + " ms"};
    return coming.get();
} catch (const std::system_error& no_thread) {
    return {{}, no_thread.code().message()};
}

}

own_addresses spell_out(const config::listen_address& from, std::chrono::milliseconds patience) {
    auto hosts = from.is_name ? look_up(from.host, patience) : answer{{from.host}, {}};
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
