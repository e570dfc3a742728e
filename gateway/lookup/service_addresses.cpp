#include "gateway/lookup/service_addresses.hpp"

#include <algorithm>
#include <utility>

namespace postern::gateway {
using namespace std::chrono_literals;

namespace {

config::upstream_address address_of(const config::http_address& service) {
    config::upstream_address out;
    out.host = service.unix_path.empty() ? service.host : "unix:" + service.unix_path;
    out.port = service.port;
    return out;
}

}

service_addresses::service_addresses(
    boost::asio::any_io_executor where, const config::http_address& service, finder find
)
    : where_(std::move(where)), to_(address_of(service)), find_(find) {}

task<result<std::vector<service_addresses::endpoint>>> service_addresses::now(
    clock::time_point until, std::string& trouble
) {
    auto started = clock::now();
    if (!known_.empty() && started < fresh_until_) co_return known_;
    // One login asks on behalf of all, and not for long: the old addresses are hardly wrong.
    if (!known_.empty()) {
        fresh_until_ = started + 5s;
        until = std::min(until, started + 1s);
    }
    asked_ = started;
    auto found = co_await find_(where_, to_, until);
    if (found && !found->empty()) {
        known_ = std::move(*found);
        fresh_until_ = clock::now() + fresh_for;
    }
    if (!known_.empty()) co_return known_;
    auto why = found ? make_error_code(errc::unavailable) : found.error();
    trouble = "cannot resolve " + to_.host + ": " + why.message();
    co_return why == errc::timed_out ? errc::timed_out : errc::unavailable;
}

void service_addresses::put_aside(const endpoint& who) {
    take_back(who);
    aside_.push_back({who, clock::now()});
    fresh_until_ = std::min(fresh_until_, asked_ + ask_again);
}

void service_addresses::take_back(const endpoint& who) {
    auto now = clock::now();
    std::erase_if(aside_, [&](auto& f) { return f.who == who || now - f.when >= rest; });
}

bool service_addresses::rests(const endpoint& who, clock::time_point since_before) const {
    auto now = clock::now();
    return std::ranges::any_of(aside_, [&](auto& f) {
        return f.who == who && f.when < since_before && now - f.when < rest;
    });
}

bool service_addresses::all_rest(clock::time_point since_before) const {
    auto does = [&](auto& one) { return rests(one, since_before); };
    return !known_.empty() && std::ranges::all_of(known_, does);
}

}
