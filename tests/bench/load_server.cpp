#include "tests/bench/load.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <charconv>
#include <iostream>
#include <unistd.h>
#include <vector>

namespace postern::bench {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

// More addresses than one, since every connection to an address takes one of its ports.
constexpr int addresses = 4;

asio::ip::address_v4 loopback(int number) {
    return asio::ip::address_v4(0x7f000001 + static_cast<unsigned>(number));
}

const std::string& block() {
    static const std::string made(64 * 1024, 'x');
    return made;
}

std::size_t number_in(std::string_view text) {
    std::size_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

// A connection with a line buffer of the barest kind.
class peer {
public:
    explicit peer(tcp::socket s) : socket_(std::move(s)) {
        socket_.set_option(tcp::no_delay(true));
    }

    // Empty at the end, too.
    task<std::string> line() {
        for (;;) {
            auto end = rest_.find("\r\n");
            if (end != rest_.npos) {
                auto out = rest_.substr(0, end);
                rest_.erase(0, end + 2);
                co_return out;
            }
            if (!co_await fill()) co_return std::string();
        }
    }

    task<bool> drop(std::size_t bytes) {
        while (bytes > 0) {
            if (rest_.empty() && !co_await fill()) co_return false;
            auto some = std::min(bytes, rest_.size());
            rest_.erase(0, some);
            bytes -= some;
        }
        co_return true;
    }

    task<> say(std::string_view text) {
        while (ok_ && !text.empty()) {
            auto sent = socket_.send(asio::buffer(text), 0, bad_);
            if (bad_ == asio::error::would_block)
                co_await socket_.async_wait(tcp::socket::wait_write, token());
            else if (bad_)
                ok_ = false;
            else
                text.remove_prefix(sent);
        }
    }

    bool ok() const { return ok_; }

private:
    asio::redirect_error_t<asio::use_awaitable_t<>> token() {
        return asio::redirect_error(asio::use_awaitable, bad_);
    }

    task<bool> fill() {
        static std::array<char, 256 * 1024> shared;
        socket_.non_blocking(true);
        for (;;) {
            auto got = socket_.receive(asio::buffer(shared), 0, bad_);
            if (!bad_) {
                rest_.append(shared.data(), got);
                co_return true;
            }
            if (bad_ != asio::error::would_block) break;
            rest_.shrink_to_fit();
            co_await socket_.async_wait(tcp::socket::wait_read, token());
        }
        ok_ = false;
        co_return false;
    }

    tcp::socket socket_;
    std::string rest_;
    error_code bad_;
    bool ok_ = true;
};

// The bytes of a literal that a line announces at its end, "{12}" or "{12+}"; npos: none.
std::size_t literal_of(std::string_view line) {
    if (!line.ends_with('}')) return line.npos;
    auto at = line.rfind('{');
    return at == line.npos ? at : number_in(line.substr(at + 1));
}

// A whole command: its first line, literals swallowed.
task<std::string> command(peer& of) {
    auto first = co_await of.line();
    auto last = first;
    while (of.ok()) {
        auto size = literal_of(last);
        if (size == last.npos) break;
        if (!last.ends_with("+}")) co_await of.say("+ go on\r\n");
        if (!co_await of.drop(size)) break;
        last = co_await of.line();
    }
    co_return first;
}

task<> give(peer& to, std::size_t bytes) {
    while (to.ok() && bytes > 0) {
        auto some = std::min(bytes, block().size());
        co_await to.say(std::string_view(block()).substr(0, some));
        bytes -= some;
    }
}

// Dovecot's proxy logs in with what the greeting announces.
constexpr std::string_view greeting =
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN] ready\r\n";

task<> imap(tcp::socket socket) {
    peer client(std::move(socket));
    co_await client.say(greeting);
    for (;;) {
        auto said = co_await command(client);
        if (!client.ok()) co_return;
        auto space = said.find(' ');
        auto tag = said.substr(0, space);
        auto rest =
            space == said.npos ? std::string_view() : std::string_view(said).substr(space + 1);
        if (rest.starts_with("FETCH ")) co_await give(client, number_in(rest.substr(6)));
        auto done = tag + " OK done\r\n";
        co_await client.say(done);
    }
}

// HTTP/1.0 as nginx speaks it, or 1.1 with a connection that is kept.
task<> auth(tcp::socket socket, std::uint16_t imap_port) {
    peer client(std::move(socket));
    static unsigned turn = 0;
    for (;;) {
        auto first = co_await client.line();
        auto more = first;
        while (client.ok() && !more.empty())
            more = co_await client.line();
        if (!client.ok()) co_return;
        auto where = loopback(static_cast<int>(turn++ % addresses)).to_string();
        auto answer =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nAuth-Status: OK\r\nAuth-Server: " + where +
            "\r\nAuth-Port: " + std::to_string(imap_port) + "\r\n\r\n";
        co_await client.say(answer);
        if (first.ends_with("HTTP/1.0")) co_return;
    }
}

template <class Serve> task<> accept_all(std::shared_ptr<tcp::acceptor> door, Serve one) {
    for (;;) {
        auto socket = co_await door->async_accept(asio::use_awaitable);
        asio::co_spawn(door->get_executor(), one(std::move(socket)), asio::detached);
    }
}

// The same port at several addresses.
template <class Serve> std::uint16_t listen(asio::io_context& loop, int count, Serve one) {
    std::uint16_t port = 0;
    for (int i = 0; i < count; ++i) {
        tcp::endpoint at(loopback(i), port);
        auto door = std::make_shared<tcp::acceptor>(loop, at);
        port = door->local_endpoint().port();
        asio::co_spawn(loop, accept_all(std::move(door), one), asio::detached);
    }
    return port;
}

}

void serve() {
    asio::io_context loop(1);
    auto imap_port = listen(loop, addresses, imap);
    auto ask = [imap_port](tcp::socket s) { return auth(std::move(s), imap_port); };
    auto auth_port = listen(loop, 1, ask);
    std::cout << "imap " << imap_port << "\nauth " << auth_port << std::endl;
    asio::posix::stream_descriptor input(loop, ::dup(STDIN_FILENO));
    char one;
    input.async_read_some(asio::buffer(&one, 1), [&loop](error_code, std::size_t) { loop.stop(); });
    loop.run();
    std::cout.flush();
    ::_exit(0); // what thousands of coroutines hold needs no order
}

}
