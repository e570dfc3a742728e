#pragma once

#include "gateway/lookup/auth_http.hpp"
#include "tests/gateway/net/peers.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <deque>

namespace postern::gateway::test_lookup {
using boost::asio::ip::tcp;
using namespace std::chrono_literals;

// An HTTP service that gives its answers in order, whatever it is asked. "" closes the connection
// instead of answering, "hang" never answers; an answer with a "!" before it closes afterwards.
struct service {
    boost::asio::io_context& loop;
    tcp::acceptor door;
    std::deque<std::string> answers;
    std::vector<std::string> asked;
    int connections = 0;

    explicit service(
        boost::asio::io_context& l,
        const tcp::endpoint& at = tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)
    )
        : loop(l), door(l, at) {
        boost::asio::co_spawn(loop, listen(), boost::asio::detached);
    }

    task<> listen() {
        boost::system::error_code ec;
        for (;;) {
            auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ec);
            auto socket = co_await door.async_accept(token);
            if (ec) co_return;
            ++connections;
            boost::asio::co_spawn(loop, serve(std::move(socket)), boost::asio::detached);
        }
    }

    task<> serve(tcp::socket socket) {
        boost::system::error_code ec;
        auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ec);
        for (std::string text;;) {
            auto buffer = boost::asio::dynamic_buffer(text);
            auto size = co_await boost::asio::async_read_until(socket, buffer, "\r\n\r\n", token);
            if (ec || answers.empty()) co_return;
            asked.push_back(text.substr(0, size));
            text.erase(0, size);
            auto answer = answers.front();
            answers.pop_front();
            if (answer.empty()) co_return;
            if (answer == "hang") {
                co_await boost::asio::async_read_until(socket, buffer, "never", token);
                co_return;
            }
            bool last = answer[0] == '!';
            auto bytes = boost::asio::buffer(answer) + (last ? 1u : 0u);
            co_await boost::asio::async_write(socket, bytes, token);
            if (ec || last) co_return;
        }
    }
};

inline std::string ok(std::string more = "") {
    return "HTTP/1.1 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 192.0.2.1\r\nAuth-Port: 143\r\n" +
           more + "Content-Length: 0\r\n\r\n";
}

inline std::string says(std::string_view lines) {
    return "HTTP/1.1 200 OK\r\n" + std::string(lines) + "Content-Length: 0\r\n\r\n";
}

// Who asks it, for alice.
struct fixture {
    boost::asio::io_context loop;
    service http{loop};
    config::lookup_settings settings;
    std::unique_ptr<auth_http_lookup> asks;
    sasl::credentials login;
    std::string address = "192.0.2.7", host = "[UNAVAILABLE]", trouble;
    config::mail_protocol protocol = config::mail_protocol::imap;

    fixture() {
        settings.auth_http = {at(http)};
        settings.auth_http_timeout = 4s;
        asks = std::make_unique<auth_http_lookup>(settings, loop.get_executor());
        login.mechanism = "PLAIN";
        login.user = "alice";
        login.password = secret("sesame");
    }
    static config::http_address at(const service& s) {
        config::http_address out;
        out.host = "127.0.0.1";
        out.port = s.door.local_endpoint().port();
        out.target = "/auth?x=1";
        return out;
    }
    // Several services, in that order.
    void ask_in_turn(std::initializer_list<config::http_address> all) {
        settings.auth_http = all;
        asks = std::make_unique<auth_http_lookup>(settings, loop.get_executor());
    }
    result<verdict> find() {
        trouble.clear();
        query q{login, protocol, 1, address, host, nullptr};
        return test::pending<result<verdict>>(loop, asks->find(q, trouble)).get();
    }
    std::string route_or_not() {
        auto v = find();
        if (!v) return v.error().message();
        if (auto* no = std::get_if<denial>(&*v)) return "denied: " + no->what.text;
        auto& to = std::get<route>(*v);
        return to.upstream.host + ":" + std::to_string(to.upstream.port) + " " + to.user;
    }
};

}
