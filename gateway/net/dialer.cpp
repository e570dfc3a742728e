#include "gateway/net/dialer.hpp"

#include "gateway/net/address.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <vector>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using clock_type = deadline::clock;

namespace {

using endpoint = stream_socket::endpoint_type;

// A question to the system's resolver. It may outlive the one who asked: the library's call cannot
// be interrupted, and the asker does not wait longer than it wants to.
struct question_of_name {
    tcp::resolver resolver;
    asio::steady_timer answered;
    std::vector<endpoint> found;
    error_code why;
    bool done = false;

    explicit question_of_name(const asio::any_io_executor& where)
        : resolver(where), answered(where) {}

    void take(error_code ec, const tcp::resolver::results_type& all) {
        done = true;
        why = ec;
        for (auto& one : all)
            found.push_back(one.endpoint());
        answered.cancel();
    }
};

task<result<std::vector<endpoint>>> resolve(
    asio::any_io_executor where, const config::upstream_address& to, clock_type::time_point until
) {
    auto asked = std::make_shared<question_of_name>(where);
    asked->answered.expires_at(until);
    asked->resolver.async_resolve(
        to.host,
        std::to_string(to.port),
        tcp::resolver::numeric_service,
        [asked](error_code ec, tcp::resolver::results_type all) { asked->take(ec, all); }
    );
    error_code ignored;
    co_await asked->answered.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!asked->done) {
        asked->resolver.cancel();
        co_return errc::timed_out;
    }
    if (asked->why) co_return asked->why;
    co_return std::move(asked->found);
}

}

task<result<std::vector<endpoint>>> endpoints_of(
    asio::any_io_executor where, config::upstream_address to, clock_type::time_point until
) {
    std::vector<endpoint> one;
    if (to.host.starts_with("unix:")) {
        auto path = to.host.substr(5);
        if (path.empty() || path.size() >= 108) co_return errc::unavailable; // sockaddr_un
        one.emplace_back(asio::local::stream_protocol::endpoint(path));
        co_return one;
    }
    error_code not_literal;
    auto address = asio::ip::make_address(to.host, not_literal);
    if (not_literal) co_return co_await resolve(where, to, until);
    one.emplace_back(tcp::endpoint(address, to.port));
    co_return one;
}

task<result<stream_socket>> connect_to(
    asio::any_io_executor where, endpoint to, clock_type::time_point until
) {
    stream_socket socket(where);
    auto ec = socket.connect(to);
    if (ec == asio::error::in_progress) {
        auto call_off = [&socket] { socket.cancel(); };
        deadline limit(where, until, call_off);
        limit.begin();
        auto answer = asio::redirect_error(asio::use_awaitable, ec);
        co_await socket.async_wait(stream_socket::wait_write, answer);
        if (limit.end()) co_return errc::timed_out;
        if (!ec) ec = socket.pending_error();
    }
    if (ec) co_return ec;
    // A Unix socket knows no such options.
    (void)socket.set(IPPROTO_TCP, TCP_NODELAY, 1);
    (void)socket.set(SOL_SOCKET, SO_KEEPALIVE, 1);
    co_return std::move(socket);
}

std::string name_of(const config::upstream_address& a) {
    if (a.host.starts_with("unix:")) return a.host;
    bool bare_v6 = a.host.find(':') != std::string::npos;
    return (bare_v6 ? "[" + a.host + "]" : a.host) + ":" + std::to_string(a.port);
}

// The address that means any leads to this machine, by another.
static dialled reached(stream_socket socket, const endpoint& by) {
    error_code unknown;
    auto peer = is_any(by) ? socket.remote_endpoint(unknown) : by;
    return {std::move(socket), peer};
}

task<result<dialled>> dial(
    asio::any_io_executor where,
    const config::upstream_address& to,
    std::chrono::milliseconds within,
    std::string& trouble
) {
    auto until = clock_type::now() + within;
    auto all = co_await endpoints_of(where, to, until);
    if (!all || all->empty()) {
        error_code why = all ? make_error_code(errc::unavailable) : all.error();
        trouble = "cannot resolve " + to.host + ": " + why.message();
        co_return why == errc::timed_out ? errc::timed_out : errc::unavailable;
    }
    error_code last = errc::timed_out;
    for (std::size_t i = 0; i < all->size(); ++i) {
        auto now = clock_type::now();
        if (now >= until) break;
        // Each gets its share of what is left, so that a silent address does not eat it all.
        auto share = (until - now) / static_cast<int>(all->size() - i);
        auto& tried = (*all)[i];
        auto socket = co_await connect_to(where, tried, now + share);
        if (socket) co_return reached(std::move(*socket), tried);
        last = socket.error();
        trouble += (trouble.empty() ? "cannot connect to " : "; to ");
        trouble += to.host.starts_with("unix:") ? to.host : name_of(tried).full;
        trouble += ": " + last.message();
    }
    co_return last == errc::timed_out ? errc::timed_out : errc::unavailable;
}

}
