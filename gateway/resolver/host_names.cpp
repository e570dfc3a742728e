#include "gateway/resolver/host_names.hpp"

#include "protocols/text/host.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto unavailable = "[UNAVAILABLE]", unknown_yet = "[TEMPUNAVAIL]";
constexpr std::chrono::seconds longest = 1h, of_absence = 1min, of_failure = 5s;

using outcome = question::outcome;

task<> wait_for(question& q, inquiry& by, std::chrono::steady_clock::time_point until) {
    error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    while (q.came == outcome::pending && !by.called_off && std::chrono::steady_clock::now() < until
    ) {
        by.bell.expires_at(until);
        co_await by.bell.async_wait(token);
    }
}

named_client unnamed(const char* instead, std::string why, std::string reverse = {}) {
    if (reverse.empty()) reverse = instead;
    return {
        {instead, std::move(reverse)},
        std::move(why)
    };
}

named_client no_answer(const question& q, const char* to_what, std::string reverse = {}) {
    auto why = q.came == outcome::pending ? std::string("no answer in time") : q.why;
    auto instead = q.came == outcome::absent ? unavailable : unknown_yet;
    auto out = unnamed(instead, std::string(to_what) + ": " + why, std::move(reverse));
    out.is_trouble = q.came != outcome::absent;
    return out;
}

std::shared_ptr<question> new_question(
    question::kind what, std::string name, const std::shared_ptr<inquiry>& by
) {
    auto q = std::make_shared<question>();
    q->what = what;
    q->name = std::move(name);
    q->by = by;
    return q;
}

// An answer counts as long as the part of it that lasts least.
std::chrono::seconds time_of(const question& q) {
    if (q.came == outcome::found) return std::min(q.lasts.value_or(0s), longest);
    return q.came == outcome::absent ? of_absence : of_failure;
}

}

std::string reverse_name(const std::string& address) {
    error_code not_literal;
    auto literal = asio::ip::make_address(address, not_literal);
    if (not_literal) return {};
    std::string out;
    if (literal.is_v4()) {
        auto bytes = literal.to_v4().to_bytes();
        for (auto b = bytes.rbegin(); b != bytes.rend(); ++b)
            out += std::to_string(*b) + ".";
        return out + "in-addr.arpa";
    }
    auto bytes = literal.to_v6().to_bytes();
    for (auto b = bytes.rbegin(); b != bytes.rend(); ++b)
        for (auto digit : {*b & 15, *b >> 4})
            out += {"0123456789abcdef"[digit], '.'};
    return out + "ip6.arpa";
}

host_names::host_names(std::unique_ptr<name_service> dns, const config::resolver_settings& settings)
    : settings_(settings), dns_(std::move(dns)) {}

const client_names* host_names::recall(const std::string& address) {
    static const client_names of_socket{unknown_yet, unknown_yet}, of_nobody;
    if (address.starts_with("unix:")) return &of_socket;
    bool v6 = address.find(':') != address.npos;
    if (v6 ? !settings_.from.ipv6 : !settings_.from.ipv4) return &of_nobody;
    return known_.find(address, clock::now());
}

void host_names::keep(
    const std::string& address, const client_names& names, std::chrono::seconds lasts
) {
    if (lasts.count() > 0) known_.keep(address, names, clock::now() + lasts);
}

bool host_names::may_complain() {
    auto now = clock::now();
    if (complained_.time_since_epoch().count() && now - complained_ < 1min) return false;
    complained_ = now;
    return true;
}

task<named_client> host_names::find(
    const std::string& address, std::shared_ptr<inquiry> by, clock::time_point until
) {
    auto lasts = of_failure;
    auto out = co_await look_up(address, by, until, lasts);
    if (!by->called_off) keep(address, out.names, lasts);
    co_return out;
}

// `lasts` is for what is answered.
task<named_client> host_names::look_up(
    const std::string& address,
    std::shared_ptr<inquiry> by,
    clock::time_point until,
    std::chrono::seconds& lasts
) {
    auto valid = settings_.from.valid;
    auto pointer = new_question(question::kind::names, reverse_name(address), by);
    dns_->ask(pointer);
    co_await wait_for(*pointer, *by, until);
    lasts = valid && pointer->came != outcome::failed ? *valid : time_of(*pointer);
    if (pointer->came == outcome::pending) lasts = of_failure;
    if (pointer->came != outcome::found) co_return no_answer(*pointer, "its address");
    auto name = pointer->found.front();
    if (name.ends_with('.')) name.pop_back();
    if (!text::is_client_name(name))
        co_return unnamed(unknown_yet, "its address points to an invalid name: " + name);

    bool v6 = address.find(':') != address.npos;
    auto kind = v6 ? question::kind::addresses_v6 : question::kind::addresses_v4;
    auto forward = new_question(kind, name, by);
    dns_->ask(forward);
    co_await wait_for(*forward, *by, until);
    bool settled = forward->came == outcome::found || forward->came == outcome::absent;
    lasts = !settled ? of_failure : valid ? *valid : std::min(lasts, time_of(*forward));
    if (forward->came != outcome::found) co_return no_answer(*forward, name.c_str(), name);
    if (std::ranges::find(forward->found, address) == forward->found.end())
        co_return unnamed(unavailable, name + " has another address", name);
    co_return named_client{
        client_names{name, name}
    };
}

}
