#include "gateway/process/sockets.hpp"

#include "gateway/process/bind.hpp"
#include "gateway/process/own_addresses.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace postern::gateway {

// All sockets of one address; a Unix socket's name goes with the last of them.
struct sockets::address {
    std::string identity, real;
    std::uint64_t key = 0;
    std::uint16_t port = 0;              // as bound; 0 for a Unix socket
    std::vector<descriptor> each, fresh; // in force; opened by the last open()
    std::string unix_path;

    address() = default;
    address(const address&) = delete;
    ~address() {
        if (!unix_path.empty()) ::unlink(unix_path.c_str());
    }
};

struct sockets::use {
    std::size_t server, listener;
    std::shared_ptr<address> at;
    config::listen_address wanted; // one literal with one port
};

namespace {

constexpr std::chrono::seconds for_a_name{5};

// What cannot be changed once a socket is bound.
std::string identity_of(const config::listen_address& l) {
    return name_of(l) + (l.ipv6only ? "" : " and IPv4") + (l.multipath ? " multipath" : "");
}

}

sockets::sockets() = default;
sockets::~sockets() = default;

std::shared_ptr<sockets::address> sockets::find(const std::string& identity) const {
    for (auto list : {&wanted_, &in_force_})
        for (auto& u : *list)
            if (u.at->identity == identity) return u.at;
    return nullptr;
}

// Sockets until there is one for each worker, or the first failure.
std::optional<bound> sockets::grow(
    address& a, const config::listen_address& wanted, std::size_t workers
) {
    auto needed = wanted.is_unix ? 1 : workers;
    while (a.each.size() + a.fresh.size() < needed) {
        auto is_ours = [&](const use& u) { return u.at->port != 0 && u.at->port == wanted.port; };
        auto first = a.each.empty() && a.fresh.empty();
        auto probe = first && std::ranges::none_of(in_force_, is_ours) &&
                     std::ranges::none_of(wanted_, is_ours);
        auto port = first ? wanted.port : a.port;
        auto made = bind_listener(wanted, port, probe);
        if (!made.socket) return made;
        a.real = made.address;
        a.port = made.port;
        if (wanted.is_unix) a.unix_path = wanted.host;
        a.fresh.push_back(std::move(made.socket));
    }
    return {};
}

std::vector<sockets::trouble> sockets::open(const config::settings& settings, std::size_t workers) {
    std::vector<trouble> wrong;
    free_ports_.clear();
    workers_ = std::max<std::size_t>(workers, 1);
    for (std::size_t s = 0; s < settings.servers.size(); ++s)
        for (std::size_t l = 0; l < settings.servers[s].listen.size(); ++l) {
            auto& written = settings.servers[s].listen[l];
            auto all = spell_out(written, for_a_name);
            if (all.each.empty()) wrong.push_back({s, complaint_of(written, all.why)});
            for (auto& one : all.each)
                if (auto failure = open(s, l, one)) wrong.push_back({s, std::move(*failure)});
        }
    return wrong;
}

std::optional<config::complaint> sockets::open(
    std::size_t server, std::size_t listener, const config::listen_address& wanted
) {
    auto identity = identity_of(wanted);
    // "any free port" may be asked for more than once
    if (!wanted.is_unix && wanted.port == 0)
        identity += '#' + std::to_string(++free_ports_[identity]);
    auto at = find(identity);
    // The rules know what is written alike; a name and an address are one only here.
    if (std::ranges::any_of(wanted_, [&](const use& u) { return u.at == at; }))
        return complaint_of_twice(wanted);
    if (!at) {
        at = std::make_shared<address>();
        at->identity = identity;
        at->key = ++last_key_;
    }
    wanted_.push_back({server, listener, at, wanted});
    if (auto failure = grow(*at, wanted, workers_)) return complaint_of(wanted, *failure);
    return {};
}

void sockets::keep() {
    in_force_ = std::move(wanted_);
    wanted_.clear();
    for (auto& u : in_force_) {
        auto& a = *u.at;
        std::ranges::move(a.fresh, std::back_inserter(a.each));
        a.fresh.clear();
        if (a.unix_path.empty() && a.each.size() > workers_) a.each.resize(workers_);
        for (auto& s : a.each)
            adjust_listener(s.get(), u.wanted); // a socket that stays may be wanted otherwise now
    }
}

void sockets::abandon() {
    for (auto& u : wanted_)
        u.at->fresh.clear();
    wanted_.clear();
}

std::vector<sockets::place> sockets::of_worker(std::size_t worker) const {
    std::vector<place> places;
    for (auto& u : wanted_.empty() ? in_force_ : wanted_) {
        auto& a = *u.at;
        auto which = std::min(worker, a.each.size() + a.fresh.size() - 1);
        auto fresh = which >= a.each.size();
        auto& s = fresh ? a.fresh[which - a.each.size()] : a.each[which];
        places.push_back({u.server, u.listener, a.key, s.get(), &a.real, a.each.empty()});
    }
    return places;
}

void sockets::close_all() {
    abandon();
    in_force_.clear();
}

}
