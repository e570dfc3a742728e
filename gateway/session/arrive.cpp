#include "gateway/session/arrive.hpp"

#include "config/value/network.hpp"
#include "gateway/net/address.hpp"
#include "gateway/observe/access_line.hpp"
#include "gateway/observe/certificate_line.hpp"
#include "gateway/observe/tls_line.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/session/serve.hpp"
#include "protocols/client_certificate.hpp"
#include "protocols/proxy_protocol/receive.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

peer_name name_of_peer(const stream_socket& socket) {
    error_code ec;
    auto from = socket.remote_endpoint(ec);
    if (!ec) return name_of(from);
    return {"unknown", "unknown"}; // it has gone already, and its first read will say so
}

// All that a session owns while it lives.
struct visit {
    std::shared_ptr<const generation> config;
    const running_server& server;
    worker_services& house;
    connection client;
    std::unique_ptr<connection> upstream;
    record seen;
    sessions::entry here;

    visit(
        stream_socket socket,
        std::shared_ptr<const generation> c,
        std::size_t at,
        std::size_t listener,
        worker_services& h
    )
        : config(std::move(c)), server(config->servers[at]), house(h),
          client(std::move(socket), server.tls), here(house.live, [this] { stop(); }) {
        client.sign_with(h.signer);
        seen.session = new_session_id();
        seen.client = name_of_peer(client.socket()).full;
        seen.listener = server.settings->listen[listener].written;
        seen.protocol = server.settings->protocol;
    }

    void stop() {
        client.stop();
        if (upstream) upstream->stop();
    }
};

// Who is behind an error that came before the login.
party blame(error_code why, party so_far) {
    if (so_far != party::gateway) return so_far;
    bool left = why == errc::closed || why == errc::truncated || why == errc::goodbye ||
                why == asio::error::connection_reset || why == asio::error::broken_pipe ||
                why == asio::error::connection_aborted;
    return left ? party::client : party::gateway;
}

// What a load balancer says of who is behind it counts if set_real_ip_from names it.
void hear_of_client(visit& v, client_facts& who, proxy_protocol::endpoint&& said) {
    auto full = full_name(said.address, said.port);
    auto is_peer = [&who](const config::network& n) { return config::holds(n, who.address); };
    if (std::ranges::none_of(v.server.settings->real_ip_from, is_peer)) {
        v.seen.claimed = std::move(full);
        return;
    }
    v.seen.via = std::exchange(v.seen.client, std::move(full));
    who.address = std::move(said.address);
}

task<result<void>> take_header(visit& v, client_facts& who) {
    auto said = co_await proxy_protocol::receive_header(v.client, v.seen.detail);
    if (!said) co_return said.error();
    if (*said) hear_of_client(v, who, std::move(**said));
    co_return result<void>();
}

// From the first byte to the login. Dialogue, buffers and timer are gone when it returns.
task<result<std::string>> log_in(visit& v, const config::listen_address& at) {
    auto& settings = *v.server.settings;
    v.client.expire_after(settings.timeout); // the header's and the handshake's own
    client_facts who;
    who.address = name_of_peer(v.client.socket()).address;
    if (at.proxy_protocol)
        if (auto heard = co_await take_header(v, who); !heard) co_return heard.error();
    if (at.ssl)
        if (auto shaken = co_await start_tls_with(settings, v.client); !shaken)
            co_return shaken.error();
    login_tools tools{settings, *v.server.where, who, v.house.events, v.server.ways};
    auto talk = make_dialogue(settings, v.client, who);
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
        log_refused_certificate(v.house.events, v.seen, *tls);
    v.client.forget_peer();
}

task<> live(visit& v, const config::listen_address& at) {
    auto first = co_await log_in(v, at);
    tell_of_certificate(v, first ? error_code() : first.error());
    if (!first) {
        v.seen.end.by = blame(first.error(), v.seen.end.by);
        if (!v.client.trouble().empty()) v.seen.detail = v.client.trouble();
        co_return;
    }
    v.house.events.access("login", login_fields(v.seen, v.client.tls()));
    v.seen.detail = std::string();
    auto idle = v.server.settings->proxy.timeout;
    v.seen.end = co_await relay(v.client, *v.upstream, std::move(*first), idle);
    auto& by = v.seen.end.by == party::upstream ? *v.upstream : v.client;
    if (v.seen.end.why == errc::tls_failed) v.seen.detail = by.trouble();
}

void report(visit& v) {
    if (auto failed = v.client.take_failure()) log_failure(v.house.events, v.seen, *failed);
    auto in = v.client.bytes_in(), out = v.client.bytes_out();
    v.house.events.access("end", end_fields(v.seen, v.client.tls(), in, out));
}

}

task<> arrive(
    stream_socket client,
    std::shared_ptr<const generation> config,
    std::size_t server,
    std::size_t listener,
    worker_services& house
) {
    try {
        visit v(std::move(client), std::move(config), server, listener, house);
        auto& at = v.server.settings->listen[listener];
        std::string bug;
        try {
            co_await live(v, at);
        } catch (const std::exception& e) {
            bug = e.what();
        }
        if (!bug.empty()) {
            v.seen.end.why = make_error_code(boost::system::errc::state_not_recoverable);
            v.seen.detail = bug;
            house.events.event(
                config::log_level::error,
                "a session ended by an exception",
                {
                    {"session", v.seen.session},
                    {"error",   bug           }
            }
            );
        }
        report(v);
        v.upstream.reset();
        co_await v.client.leave(2s);
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
