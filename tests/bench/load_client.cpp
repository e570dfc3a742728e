#include "backends/tls/backend.hpp"
#include "tests/bench/load.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <iostream>
#include <netinet/in.h>
#include <stdexcept>

namespace postern::bench {
namespace {

using asio::ip::tcp;
using gateway::stream_socket;
using namespace std::chrono_literals;

[[noreturn]] void fail(const std::string& what, const boost::system::error_code& why) {
    throw std::runtime_error(what + ": " + why.message());
}

// The kernel looks for a port only when it knows where to, so that each address has all of them.
tcp::socket from(asio::io_context& loop, std::size_t number) {
    tcp::socket out(loop, tcp::v4());
    int yes = 1;
    ::setsockopt(out.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    out.bind({asio::ip::address_v4(0x7f000002 + static_cast<unsigned>(number % 8)), 0});
    return out;
}

}

std::shared_ptr<const tls::client> make_tls(bool only_1_2, bool resume) {
    static auto library = tls::make_backend();
    config::proxy_tls_settings settings;
    settings.mode = config::upstream_tls::on;
    settings.verify = false;
    settings.session_reuse = resume;
    if (only_1_2) settings.versions = {config::tls_version::tls1_2};
    auto made = library->compile_client(settings, "imap");
    for (auto& c : made.complaints)
        std::cerr << c.directive << ": " << c.text << "\n";
    if (!made.made) throw std::runtime_error("no TLS client could be made");
    return made.made;
}

task<> client::log_in(
    asio::io_context& loop, const target& to, std::size_t number, std::size_t lane
) {
    auto socket = from(loop, number);
    boost::system::error_code bad;
    tcp::endpoint at(asio::ip::address_v4::loopback(), to.port);
    co_await socket.async_connect(at, asio::redirect_error(asio::use_awaitable, bad));
    if (bad) fail("connect", bad);
    tls::destination who;
    who.name = "localhost";
    who.address = std::to_string(lane);
    link_ = std::make_unique<gateway::connection>(
        stream_socket(loop, gateway::descriptor(socket.release())), to.tls, who
    );
    if (to.tls) {
        auto shaken = co_await link_->start_tls();
        if (!shaken) fail("TLS handshake (" + link_->trouble() + ")", shaken.error());
    }
    co_await expect("* OK");
    co_await say("a LOGIN someone secret\r\n");
    co_await expect("a OK");
    link_->expire_after(1h);
}

task<std::string> client::line() {
    for (;;) {
        auto end = rest_.find("\r\n");
        if (end != rest_.npos) {
            auto out = rest_.substr(0, end);
            rest_.erase(0, end + 2);
            if (rest_.empty()) rest_ = std::string();
            co_return out;
        }
        auto bytes = co_await link_->read(16384);
        if (!bytes) fail("waiting for a line", bytes.error());
        rest_.append(*bytes);
    }
}

task<> client::say(std::string_view text) {
    auto said = co_await link_->write(text);
    if (!said) fail("sending", said.error());
}

// Lines that begin with "* " and are not wanted are passed over: a server may announce what it can.
task<> client::expect(std::string_view prefix) {
    for (;;) {
        auto got = co_await line();
        if (got.starts_with(prefix)) co_return;
        if (!got.starts_with("* "))
            throw std::runtime_error("not " + std::string(prefix) + ": " + got);
    }
}

task<std::size_t> client::take(std::size_t most) {
    if (auto here = std::min(most, rest_.size()); here > 0) {
        rest_.erase(0, here);
        co_return here;
    }
    auto bytes = co_await link_->read(std::min<std::size_t>(most, 64 * 1024));
    if (!bytes) fail("receiving", bytes.error());
    co_return bytes->size();
}

}
