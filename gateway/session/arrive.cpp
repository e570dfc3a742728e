#include "gateway/session/arrive.hpp"

#include "config/value/network.hpp"
#include "gateway/net/address.hpp"
#include "gateway/observe/access_line.hpp"
#include "gateway/observe/certificate_line.hpp"
#include "gateway/observe/tls_line.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/resolver/find_name.hpp"
#include "gateway/session/introduce.hpp"
#include "gateway/session/serve.hpp"
#include "protocols/client_certificate.hpp"
#include "protocols/last_words.hpp"
#include "protocols/proxy_protocol/receive.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>
#include <linux/sockios.h>
#include <new>
#include <sys/ioctl.h>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

// All that a session owns while it lives: before its login in the hands of a coroutine, afterwards
// as a relay, in those of its waits.
class visit final : public relay, private sessions::entry {
public:
    visit(
        stream_socket socket,
        const peer_name& from,
        std::shared_ptr<const generation> c,
        std::size_t at,
        std::size_t listener,
        worker_services& h
    )
        : entry(h.live), config(std::move(c)), server(config->servers[at]), house(h),
          listen(server.settings->listen[listener]), client(std::move(socket), server.tls) {
        client.sign_with(h.signer);
        seen.session = new_session_id();
        seen.client = from.full;
        seen.listener = listen.written;
        seen.protocol = server.settings->protocol;
    }

    std::shared_ptr<const generation> config;
    const running_server& server;
    worker_services& house;
    const config::listen_address& listen;
    connection client;
    std::unique_ptr<connection> upstream;
    record seen;

    // Where this session's server tells what happens.
    log& events() { return server.events ? *server.events : house.events; }

private:
    void stop() override {
        client.stop();
        if (upstream) upstream->stop();
    }
    void ended(ending) override;
};

std::string what_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        return e.what();
    }
}

// Who is behind an error that came before the login.
party blame(error_code why, party so_far) {
    if (so_far != party::gateway) return so_far;
    bool left = why == errc::closed || why == errc::truncated || why == errc::goodbye ||
                why == asio::error::connection_reset || why == asio::error::broken_pipe ||
                why == asio::error::connection_aborted;
    return left ? party::client : party::gateway;
}

// What a load balancer says of who is behind it counts if set_real_ip_from names it.
void hear_of_client(visit& v, client_facts& who, const proxy_protocol::addresses& said) {
    auto full = full_name(said.client.address, said.client.port);
    auto is_peer = [&who](const config::network& n) { return config::holds(n, who.address); };
    if (std::ranges::none_of(v.server.settings->real_ip_from, is_peer)) {
        v.seen.claimed = std::move(full);
        return;
    }
    v.seen.via = std::exchange(v.seen.client, std::move(full));
    who.address = said.client.address;
    who.port = said.client.port;
    who.server = said.server;
}

task<result<void>> take_header(visit& v, client_facts& who) {
    auto said = co_await proxy_protocol::receive_header(v.client, v.seen.detail);
    if (!said) co_return said.error();
    who.proxied = std::move(*said);
    if (who.proxied) hear_of_client(v, who, *who.proxied);
    co_return result<void>();
}

// A client's connection charges a budget as long as that lives.
struct charging {
    connection& client;
    charging(connection& c, budget& spent) : client(c) { client.charge(&spent); }
    ~charging() { client.charge(nullptr); }
    charging(const charging&) = delete;
    charging& operator=(const charging&) = delete;
};

// What the client is called, if this server wants to know.
task<result<void>> take_name(visit& v, client_facts& who) {
    auto& settings = *v.server.settings;
    if (!v.server.hosts) co_return result<void>();
    auto within = std::min(settings.resolver.timeout, settings.timeout);
    auto named = co_await find_name(v.client, *v.server.hosts, within, who, v.events(), v.seen);
    if (!named) v.client.say_last(last_words(settings.protocol, named.error()));
    co_return named;
}

// From the first byte to the login. Dialogue, buffers and timer are gone when it returns.
task<result<std::string>> log_in(visit& v, std::string address, std::uint16_t port) {
    auto& settings = *v.server.settings;
    budget spent(settings.budget, v.seen.began + settings.budget.time);
    charging until_then(v.client, spent);
    v.client.expire_after(settings.timeout); // the header's and the handshake's own
    auto who = facts_of(std::move(address), port, v.client.socket());
    if (v.listen.proxy_protocol)
        if (auto heard = co_await take_header(v, who); !heard) co_return heard.error();
    if (v.listen.ssl)
        if (auto shaken = co_await start_tls_with(settings, v.client); !shaken)
            co_return shaken.error();
    if (auto named = co_await take_name(v, who); !named) co_return named.error();
    login_tools tools{settings, *v.server.where, who, v.events(), v.server.ways, spent};
    auto talk = make_dialogue(settings, v.client, who, spent);
    auto in = co_await serve(v.client, *talk, tools, v.seen);
    if (!in) co_return in.error();
    v.upstream = std::move(in->upstream);
    v.client.settle();
    v.upstream->settle();
    co_return std::move(in->first);
}

// The certificate is kept no longer than its lines need it.
void tell_of_certificate(visit& v, error_code why) {
    auto* tls = v.client.tls();
    note_certificate(v.seen, tls);
    v.seen.end.why = why;
    if (tls && (why == errc::no_certificate || why == errc::bad_certificate))
        log_refused_certificate(v.events(), v.seen, *tls);
    v.client.forget_peer();
}

void report_bug(visit& v, const char* what) {
    v.seen.end.why = make_error_code(boost::system::errc::state_not_recoverable);
    v.seen.detail = what;
    v.events().event(
        config::log_level::error,
        "a session ended by an exception",
        {
            {"session", v.seen.session},
            {"error",   v.seen.detail }
    }
    );
}

void report(visit& v) {
    if (auto failed = v.client.take_failure()) log_failure(v.events(), v.seen, *failed);
    if (!v.house.events.wants_access()) return;
    auto in = v.client.bytes_in(), out = v.client.bytes_out();
    v.house.events.access("end", end_fields(v.seen, v.client.tls(), in, out));
}

void conclude(visit& v) {
    report(v);
    v.upstream.reset();
}

task<> leave(std::shared_ptr<visit> v) {
    conclude(*v);
    co_await v->client.leave(2s);
}

// Before a login nothing is said that a client could miss. One that takes none of it would leave it
// in the kernel for minutes, where nobody counts it, and would not hear that the session is over.
void forget_what_nobody_reads(stream_socket& socket) {
    constexpr int some = 4096; // may still be on its way
    int unsent = 0;
    if (!socket.is_open() || ::ioctl(socket.native_handle(), SIOCOUTQ, &unsent) != 0) return;
    if (unsent <= some) return;
    socket.reset_on_close();
    socket.close();
}

void go_on_without_coroutine(visit& v, std::string first) {
    auto& events = v.house.events;
    if (events.wants_access()) events.access("login", login_fields(v.seen, v.client.tls()));
    v.seen.detail = std::string();
    auto& idle = v.house.quiet.of(v.server.settings->proxy.timeout);
    auto& linger = v.house.quiet.of(std::min(idle.length(), std::chrono::milliseconds(30s)));
    v.start(v.client, *v.upstream, std::move(first), idle, linger);
}

task<> live(std::shared_ptr<visit> v, std::string address, std::uint16_t port) {
    std::string bug;
    try {
        auto first = co_await log_in(*v, std::move(address), port);
        tell_of_certificate(*v, first ? error_code() : first.error());
        if (first) co_return go_on_without_coroutine(*v, std::move(*first));
        v->seen.end.by = blame(first.error(), v->seen.end.by);
        if (!v->client.trouble().empty()) v->seen.detail = v->client.trouble();
    } catch (const std::exception& e) {
        bug = e.what();
    }
    if (!bug.empty()) report_bug(*v, bug.c_str());
    co_await leave(v);
    forget_what_nobody_reads(v->client.socket());
}

// What is thrown in the end is a lack of memory, and must not take the other sessions along.
void spawn(worker_services& house, task<> what) {
    auto& events = house.events;
    auto done = [&events](std::exception_ptr thrown) {
        if (!thrown) return;
        try {
            events.event(
                config::log_level::error,
                "session failed",
                {
                    {"what", what_of(thrown)}
            }
            );
        } catch (const std::bad_alloc&) { // nor is there any for the line
        }
    };
    asio::co_spawn(house.loop, std::move(what), done);
}

void visit::ended(ending how) {
    seen.end = how;
    auto& by = how.by == party::upstream ? *upstream : client;
    if (how.why == errc::tls_failed) seen.detail = by.trouble();
    try {
        if (client.has_left()) return conclude(*this);
        spawn(house, leave(std::static_pointer_cast<visit>(shared_from_this())));
    } catch (const std::bad_alloc&) {
        client.stop(); // without last words
    }
}

}

void arrive(
    stream_socket client,
    const asio::generic::stream_protocol::endpoint& from,
    std::shared_ptr<const generation> config,
    std::size_t server,
    std::size_t listener,
    worker_services& house
) {
    try {
        auto name = name_of(from);
        auto v = std::make_shared<visit>(
            std::move(client), name, std::move(config), server, listener, house
        );
        spawn(house, live(std::move(v), std::move(name.address), name.port));
    } catch (const std::exception& e) {
        house.events.event(
            config::log_level::error,
            "a session could not begin",
            {
                {"error", e.what()}
        }
        );
    }
}

}
