#include "gateway/session/serve.hpp"

#include "gateway/net/address.hpp"
#include "gateway/net/dialer.hpp"
#include "gateway/session/introduce.hpp"
#include "gateway/session/leads_back.hpp"
#include "gateway/session/leaving.hpp"
#include "gateway/session/repeated.hpp"
#include "protocols/last_words.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <tuple>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// One login, from the lookup to the upstream's answer.
struct attempt {
    connection& client;
    dialogue& talk;
    const login_tools& tools;
    record& seen;
    std::size_t number;
    sasl::credentials login;

    std::unique_ptr<connection> upstream = {}; // set when it led somewhere
    entry said = {};
    refusal no = {};
    std::chrono::seconds wait{0}; // before the refusal
    bool may_retry = false;
    bool is_replaced = false; // the password is the lookup's, and the client does not know it
    bool called_off = false;  // the client has gone: what fails now fails for that
    error_code why = {};      // what ends the session when the client may not try again

    bool entered() const { return said.accepted; }
};

// Nobody said no, but it cannot be done: the client hears of an error of ours.
void fail(attempt& a, party by, error_code why, std::string detail) {
    if (a.called_off) return;
    a.no.why = refusal::kind::unavailable;
    a.why = why;
    a.seen.end.by = by;
    a.seen.detail = std::move(detail);
    a.tools.events.event(
        config::log_level::error,
        by == party::upstream ? "upstream failed" : "lookup failed",
        {
            {"session",  a.seen.session },
            {"client",   a.seen.client  },
            {"user",     a.seen.user    },
            {"upstream", a.seen.upstream},
            {"error",    a.why.message()},
            {"detail",   a.seen.detail  }
    }
    );
}

// One of several services did not answer, and another one did.
void warn(attempt& a, const std::string& trouble) {
    a.tools.events.event(
        config::log_level::warn,
        "lookup went on to another service",
        {
            {"session", a.seen.session},
            {"client",  a.seen.client },
            {"user",    a.seen.user   },
            {"detail",  trouble       }
    }
    );
}

// Somebody said no. Operators and those who watch for guessed passwords want to know.
void deny(attempt& a, party by, refusal no, std::string_view words) {
    a.no = std::move(no);
    a.why = errc::refused;
    words = fit_for_log(words, a.login);
    std::string_view who = by == party::upstream ? "upstream" : "lookup";
    a.seen.detail = std::string(who) + " said: " + std::string(words);
    a.tools.events.event(
        config::log_level::notice,
        "login refused",
        {
            {"session",  a.seen.session                            },
            {"client",   a.seen.client                             },
            {"protocol", std::string(config::name(a.seen.protocol))},
            {"user",     a.seen.user                               },
            {"by",       std::string(who)                          },
            {"said",     std::string(words)                        }
    }
    );
}

// How the upstream is to be spoken to.
struct approach {
    config::upstream_tls mode;
    bool allow_plaintext;
    std::shared_ptr<const tls::client> client; // null: without TLS
    tls::destination to;
    config::proxy_header header;
};

approach approach_of(const attempt& a, const route& to) {
    auto& settings = to.tls ? *to.tls : a.tools.settings.proxy.tls;
    approach out;
    out.mode = to.tls_mode.value_or(settings.mode);
    out.allow_plaintext = settings.allow_plaintext;
    out.header = to.header.value_or(a.tools.settings.proxy.header);
    if (out.mode != config::upstream_tls::off) out.client = a.tools.ways.of(settings);
    bool is_socket = to.upstream.host.starts_with("unix:");
    out.to.name = !to.tls_name.empty()     ? to.tls_name
                  : !settings.name.empty() ? settings.name
                  : is_socket              ? std::string()
                                           : to.upstream.host;
    out.to.address = name_of(to.upstream);
    return out;
}

// An envelope brings no password along, and one that only XCLIENT tells of is not repeated.
bool tells_password(const attempt& a) {
    auto& s = a.tools.settings;
    if (s.protocol != config::mail_protocol::smtp) return true;
    return s.proxy.smtp_auth && a.login.how != sasl::credentials::method::none;
}

bool would_leak(const attempt& a, const approach& by, const stream_socket::endpoint_type& peer) {
    if (by.mode != config::upstream_tls::off || by.allow_plaintext || !tells_password(a))
        return false;
    return !is_here(peer);
}

task<> enter(attempt& a, const approach& by, std::unique_ptr<connection> upstream) {
    upstream->expire_after(a.tools.settings.timeout);
    auto header = introduction(by.header, a.tools.who, a.client.tls());
    if (!header.empty())
        if (auto told = co_await upstream->write(header); !told)
            co_return fail(a, party::upstream, told.error(), "sending the PROXY header");
    if (by.mode == config::upstream_tls::on)
        if (auto safe = co_await upstream->start_tls(); !safe)
            co_return fail(a, party::upstream, safe.error(), upstream->trouble());
    bool starttls = by.mode == config::upstream_tls::starttls;
    auto said = co_await a.talk.enter(*upstream, a.login, starttls);
    if (!said) {
        auto& trouble = upstream->trouble();
        auto detail = trouble.empty() ? "while logging in there" : trouble;
        fail(a, party::upstream, said.error(), std::move(detail));
    } else if (said->accepted) {
        if (auto* tls = upstream->tls()) {
            a.seen.upstream_tls = tls->protocol;
            a.seen.upstream_resumed = tls->resumed;
        }
        a.seen.upstream_untold = said->untold;
        a.said = std::move(*said);
        a.upstream = std::move(upstream);
    } else {
        refusal no;
        no.why = refusal::kind::denied;
        no.temporary = said->temporary;
        bool tells = a.is_replaced && repeats_password(said->reply, a.login);
        if (a.tools.settings.proxy.pass_error_message && !tells) no.text = said->reply;
        deny(a, party::upstream, std::move(no), said->reply);
        a.may_retry = true;
    }
}

task<> follow(attempt& a, route& to) {
    a.seen.upstream = name_of(to.upstream);
    if (!to.user.empty() && to.user != a.login.user) {
        a.seen.upstream_user = to.user;
        a.login.user = std::move(to.user);
    }
    bool is_given = to.password && !to.password->empty();
    if (!is_given && !a.login.has_password() && tells_password(a)) {
        auto detail = "a login by " + a.login.mechanism +
                      " has no password: the lookup must give one for the upstream, in Auth-Pass";
        co_return fail(a, party::gateway, errc::bad_reply, std::move(detail));
    }
    a.is_replaced = to.password.has_value();
    if (to.password) a.login.password = std::move(*to.password);
    auto by = approach_of(a, to);
    if (by.mode != config::upstream_tls::off && !by.client) {
        std::string detail = "the lookup wants TLS, which proxy_ssl off knows nothing about: set "
                             "it to on or starttls";
        co_return fail(a, party::gateway, errc::unavailable, std::move(detail));
    }
    std::string trouble;
    auto where = a.client.socket().get_executor();
    auto within = a.tools.settings.proxy.connect_timeout;
    auto there = co_await dial(where, to.upstream, within, trouble);
    if (!there) co_return fail(a, party::upstream, there.error(), std::move(trouble));
    auto own = leads_back(to.upstream, *there, a.client.socket(), a.tools.settings);
    if (!own.empty()) {
        auto detail = "the way leads back to this server's own listener " + own;
        co_return fail(a, party::gateway, errc::unavailable, std::move(detail));
    }
    if (would_leak(a, by, there->peer))
        co_return fail(a, party::upstream, errc::cleartext, "no TLS, and not on this machine");
    auto upstream = std::make_unique<connection>(std::move(there->socket), by.client, by.to);
    upstream->sign_with(a.client.signer());
    co_await enter(a, by, std::move(upstream));
}

task<> try_login(attempt& a) {
    auto& tools = a.tools;
    query q{
        a.login,
        tools.settings.protocol,
        a.number,
        tools.who.address,
        tools.who.host,
        a.client.tls(),
        tools.who.proxied ? &*tools.who.proxied : nullptr,
        a.client.signer()};
    std::string trouble;
    auto found = co_await tools.where.find(q, trouble);
    if (!found) co_return fail(a, party::gateway, found.error(), "lookup: " + trouble);
    if (!trouble.empty()) warn(a, trouble);
    if (auto* to = std::get_if<route>(&*found)) co_return co_await follow(a, *to);
    auto& no = std::get<denial>(*found);
    a.wait = no.wait;
    a.may_retry = no.may_retry;
    std::string words = no.what.text;
    deny(a, party::gateway, std::move(no.what), words);
    if (a.wait.count() == 0) co_return;
    asio::steady_timer pause(a.client.socket().get_executor(), a.wait);
    error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// try_login, called off when the client goes meanwhile: then errc::closed, or shutting_down.
task<result<void>> attend(attempt& a) {
    asio::cancellation_signal stop;
    auto call_off = [&stop, &a] {
        a.called_off = true;
        stop.emit(asio::cancellation_type::terminal);
    };
    leaving watch(a.client, call_off);
    auto where = a.client.socket().get_executor();
    auto trying = try_login(a);
    auto token = asio::bind_cancellation_slot(stop.slot(), asio::as_tuple(asio::use_awaitable));
    std::tuple<std::exception_ptr> done = co_await asio::co_spawn(where, std::move(trying), token);
    if (a.client.stopped()) co_return errc::shutting_down;
    if (watch.gone()) co_return a.client.overdue() ? errc::too_slow : errc::closed;
    // What was thrown is a bug or a lack of memory; arrive() deals with it.
    if (std::get<0>(done)) std::rethrow_exception(std::get<0>(done));
    co_return result<void>();
}

void note(record& seen, const sasl::credentials& login) {
    seen.user = login.user;
    seen.mechanism = login.mechanism;
    seen.upstream.clear();
    seen.upstream_user.clear();
    seen.upstream_tls.clear();
    seen.upstream_untold = false;
    seen.detail.clear();
    seen.end = ending();
}

// What the client hears of an end that nobody has told it of yet.
error_code dismiss(connection& client, const login_tools& tools, error_code why) {
    client.say_last(last_words(tools.settings.protocol, why));
    return why;
}

}

task<result<admitted>> serve(
    connection& client, dialogue& talk, const login_tools& tools, record& seen
) {
    auto& settings = tools.settings;
    for (std::size_t tries = 1;; ++tries) {
        auto time = settings.timeout;
        if (tries == 1) time += settings.greeting_delay();
        client.expire_after(time);
        auto login = co_await talk.ask();
        if (!login) co_return dismiss(client, tools, login.error());
        note(seen, *login);
        attempt a{client, talk, tools, seen, tries, std::move(*login)};
        if (auto stayed = co_await attend(a); !stayed)
            co_return dismiss(client, tools, stayed.error());

        client.expire_after(settings.timeout);
        if (a.entered()) {
            if (auto said = co_await talk.admit(a.said); !said) co_return said.error();
            admitted in;
            in.upstream = std::move(a.upstream);
            in.first = talk.take_rest();
            co_return in;
        }
        if (auto said = co_await talk.refuse(a.no); !said) co_return said.error();
        if (!a.may_retry) co_return a.why;
        if (auto again = tools.spent.failed_login(); !again)
            co_return dismiss(client, tools, again.error());
        seen.detail.clear(); // it was told, and is not why the session will end
    }
}

}
