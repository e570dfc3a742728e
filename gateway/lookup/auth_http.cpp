#include "gateway/lookup/auth_http.hpp"

#include "gateway/net/address.hpp"
#include "protocols/text/ascii.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// As nginx says it: the port is left out, brackets are not.
std::string host_of(const config::http_address& service) {
    if (!service.unix_path.empty()) return "localhost";
    bool v6 = service.host.find(':') != std::string::npos;
    return v6 ? "[" + service.host + "]" : service.host;
}

std::vector<auth_http::header> request_of(
    const query& q, const config::http_address& service, const config::lookup_settings& settings
) {
    auto host = host_of(service);
    auth_http::question asked{
        host,
        q.login,
        q.protocol,
        q.attempt,
        q.client_address,
        q.client_host,
        q.tls,
        settings.auth_http_headers,
        settings.auth_http_pass_client_cert,
        q.proxied};
    return auth_http::request_headers(asked);
}

bool has_status(const http_answer& from) {
    return std::ranges::any_of(from.lines, [](auto& l) {
        return text::equal(l.name, "auth-status");
    });
}

// nginx does not look at the status code. A server that excuses itself by one, and does not say
// what it thinks of the login, has not answered, whatever else its headers are.
bool is_excuse(const http_answer& from) { return from.status >= 500 && !has_status(from); }

auth_http::outcome outcome_of(const http_answer& from, config::mail_protocol protocol) {
    std::vector<auth_http::field> fields;
    for (auto& l : from.lines)
        fields.push_back({l.name, l.value.reveal()});
    auto out = auth_http::read_response(fields, protocol);
    auto* broken = std::get_if<auth_http::broken>(&out);
    if (broken && from.status / 100 != 2)
        broken->reason += " (HTTP status " + std::to_string(from.status) + ")";
    return out;
}

// "auth.example.org at 192.0.2.1:9000", "192.0.2.1:9000", "unix:/run/auth"
std::string whom(const config::http_address& service, const http_client::endpoint& to) {
    if (!service.unix_path.empty()) return "unix:" + service.unix_path;
    auto shown = name_of(to);
    return shown.address == service.host ? shown.full : service.host + " at " + shown.full;
}

// A lookup's errors are three.
error_code known(error_code why) {
    bool is_one = why == errc::timed_out || why == errc::bad_reply;
    return is_one ? why : make_error_code(errc::unavailable);
}

verdict verdict_of(auth_http::route&& from) {
    route to;
    to.upstream.host = std::move(from.host);
    to.upstream.port = from.port;
    to.user = std::move(from.user);
    to.password = std::move(from.password);
    to.tls_mode = from.tls;
    to.tls_name = std::move(from.tls_name);
    return to;
}

verdict verdict_of(auth_http::denial&& from) {
    denial no;
    no.what.why = refusal::kind::bad_login;
    no.what.text = std::move(from.text);
    no.what.code = std::move(from.code);
    no.wait = from.wait;
    no.may_retry = from.wait.count() > 0; // nginx: without Auth-Wait the connection is closed
    return no;
}

}

// One question, and who is still to be asked.
struct auth_http_lookup::round {
    using clock = http_client::clock;

    const query& asked;
    clock::time_point began, until;
    bool resting = false;           // those who failed lately, when all others have
    std::size_t services_after = 0; // that will be asked, if this one does not answer
    std::string trouble = {};       // of all who were asked
    error_code why = errc::unavailable;

    // The end of the next one's time, when so many share what is left.
    clock::time_point share(std::size_t of) const {
        auto now = clock::now();
        return now + (until - now) / static_cast<int>(std::max<std::size_t>(of, 1));
    }
    void blame(const std::string& whom, const std::string& for_what, error_code w) {
        trouble += (trouble.empty() ? "" : "; ") + whom + ": " + for_what;
        why = w;
    }
    bool is_over() const { return clock::now() >= until; }
};

auth_http_lookup::auth_http_lookup(
    const config::lookup_settings& settings,
    asio::any_io_executor where,
    std::shared_ptr<const tls::client> by,
    service_addresses::finder look_up
)
    : where_(where), settings_(settings) {
    for (auto& at : settings.auth_http) {
        auto name = settings.auth_http_tls.name.empty() ? at.host : settings.auth_http_tls.name;
        auto client = http_client(where, at, at.tls ? by : nullptr, std::move(name));
        service one{at, service_addresses(where, at, look_up), std::move(client)};
        services_.push_back(std::make_unique<service>(std::move(one)));
    }
}

std::size_t auth_http_lookup::awake_behind(std::size_t i, http_client::clock::time_point began) {
    auto awake = [&](auto& s) { return !s->where.all_rest(began); };
    auto next = services_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    return static_cast<std::size_t>(std::count_if(next, services_.end(), awake));
}

// One try at one address.
task<auth_http_lookup::answer> auth_http_lookup::ask_at(
    service& s, const http_client::endpoint& to, round& r, std::size_t shares
) {
    auto until = r.share(shares);
    auto lines = request_of(r.asked, s.at, settings_);
    std::string trouble;
    auto got = co_await s.client.get(to, lines, until, r.asked.signer, trouble);
    bool called_off = !got && got.error() == asio::error::operation_aborted;
    if (called_off) co_return std::nullopt; // by the client's leaving, nobody's fault
    bool excuse = got && is_excuse(*got);
    if (excuse)
        trouble =
            "answered with HTTP status " + std::to_string(got->status) + " and without Auth-Status";
    if (!got || excuse) {
        s.where.put_aside(to);
        auto why = excuse ? make_error_code(errc::unavailable) : got.error();
        r.blame(whom(s.at, to), trouble, known(why));
        co_return std::nullopt;
    }
    s.where.take_back(to);
    auto out = outcome_of(*got, r.asked.protocol);
    auto* broken = std::get_if<auth_http::broken>(&out);
    if (!broken) co_return out;
    r.blame(whom(s.at, to), broken->reason, errc::bad_reply);
    co_return std::nullopt;
}

task<auth_http_lookup::answer> auth_http_lookup::ask_service(service& s, round& r) {
    std::string trouble;
    auto all = co_await s.where.now(r.share(1 + r.services_after), trouble);
    if (!all) {
        if (!r.resting) r.blame(s.at.host, trouble, all.error());
        co_return std::nullopt;
    }
    s.client.keep_only(*all);
    std::erase_if(*all, [&](auto& one) { return s.where.rests(one, r.began) != r.resting; });
    for (std::size_t i = 0; i < all->size() && !r.is_over(); ++i) {
        auto shares = all->size() - i + r.services_after;
        auto got = co_await ask_at(s, (*all)[i], r, shares);
        if (got) co_return got;
    }
    co_return std::nullopt;
}

task<result<auth_http::outcome>> auth_http_lookup::ask(const query& q, std::string& trouble) {
    auto now = round::clock::now();
    round r{q, now, now + settings_.auth_http_timeout};
    for (bool resting : {false, true}) {
        r.resting = resting;
        for (std::size_t i = 0; i < services_.size() && !r.is_over(); ++i) {
            r.services_after = resting ? 0 : awake_behind(i, r.began);
            auto got = co_await ask_service(*services_[i], r);
            trouble = r.trouble;
            if (got) co_return std::move(*got);
        }
    }
    trouble = r.trouble;
    co_return r.why;
}

task<result<verdict>> auth_http_lookup::find(const query& q, std::string& trouble) {
    std::chrono::seconds left = auth_http::longest_wait; // of all pauses together
    for (int waits = 0; waits <= most_waits && left.count() > 0; ++waits) {
        auto outcome = co_await ask(q, trouble);
        if (!outcome) co_return outcome.error();
        if (auto* to = std::get_if<auth_http::route>(&*outcome))
            co_return verdict_of(std::move(*to));
        if (auto* no = std::get_if<auth_http::denial>(&*outcome))
            co_return verdict_of(std::move(*no));
        auto pause = std::min(std::get<auth_http::wait>(*outcome).pause, left);
        left -= pause;
        asio::steady_timer timer(where_, pause);
        boost::system::error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    trouble = "kept answering WAIT";
    co_return errc::unavailable;
}

}
