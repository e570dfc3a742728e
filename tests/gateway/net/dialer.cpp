#include "gateway/net/dialer.hpp"

#include "gateway/net/address.hpp"
#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstdlib>
#include <unistd.h>

using namespace postern;
using boost::asio::ip::tcp;
using test::pending;
using namespace std::chrono_literals;

namespace {

using dialling = pending<result<gateway::dialled>>;

config::upstream_address to(std::string host, std::uint16_t port) {
    config::upstream_address a;
    a.host = std::move(host);
    a.port = port;
    return a;
}

}

TEST_CASE("the dialer connects to literals and to names") {
    boost::asio::io_context loop;
    tcp::acceptor door(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    auto port = door.local_endpoint().port();
    for (auto host : {"127.0.0.1", "localhost"}) {
        INFO(host);
        std::string trouble;
        auto address = to(host, port);
        dialling going(loop, gateway::dial(loop.get_executor(), address, 4s, trouble));
        auto made = going.get();
        INFO(trouble);
        REQUIRE(made.has_value());
        boost::system::error_code ec;
        CHECK(
            gateway::name_of(made->socket.remote_endpoint(ec)).full ==
            "127.0.0.1:" + std::to_string(port)
        );
    }
}

TEST_CASE("the dialer says what it could not reach") {
    boost::asio::io_context loop;
    std::uint16_t port;
    {
        tcp::acceptor door(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        port = door.local_endpoint().port();
    }
    std::string trouble;
    auto address = to("127.0.0.1", port);
    dialling going(loop, gateway::dial(loop.get_executor(), address, 4s, trouble));
    CHECK(going.get().error() == errc::unavailable);
    CHECK(
        trouble == "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused"
    );

    trouble.clear();
    auto nowhere = to("unix:/nonexistent/socket", 0);
    dialling local(loop, gateway::dial(loop.get_executor(), nowhere, 4s, trouble));
    CHECK(local.get().error() == errc::unavailable);
    CHECK(trouble.find("/nonexistent/socket") != std::string::npos);
}

TEST_CASE("the dialer gives up in time") {
    boost::asio::io_context loop;
    // A listener with a full queue swallows connection requests.
    tcp::acceptor door(loop);
    door.open(tcp::v4());
    door.bind(tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    door.listen(0);
    auto address = to("127.0.0.1", door.local_endpoint().port());
    std::vector<gateway::stream_socket> queue;
    std::string trouble;
    for (int i = 0; i < 8; ++i) {
        auto began = std::chrono::steady_clock::now();
        dialling going(loop, gateway::dial(loop.get_executor(), address, 60ms, trouble));
        auto made = going.get();
        if (made) {
            queue.push_back(std::move(made->socket));
            continue;
        }
        CHECK(made.error() == errc::timed_out);
        CHECK(std::chrono::steady_clock::now() - began >= 60ms);
        return;
    }
    FAIL("the queue never filled");
}

TEST_CASE("the dialer tells whom it has reached") {
    boost::asio::io_context loop;
    tcp::acceptor door(loop, tcp::endpoint(boost::asio::ip::address_v4::any(), 0));
    auto port = door.local_endpoint().port();
    for (auto host : {"127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1"}) {
        INFO(host);
        std::string trouble;
        auto address = to(host, port);
        dialling going(loop, gateway::dial(loop.get_executor(), address, 4s, trouble));
        auto made = going.get();
        REQUIRE(made.has_value());
        CHECK(gateway::name_of(made->peer).full == "127.0.0.1:" + std::to_string(port));
        CHECK(gateway::is_here(made->peer));
    }
}

TEST_CASE("the dialer reaches Unix sockets") {
    boost::asio::io_context loop;
    char folder[] = "/tmp/postern-dialer-XXXXXX";
    REQUIRE(mkdtemp(folder));
    auto path = std::string(folder) + "/s";
    {
        boost::asio::local::stream_protocol::acceptor door(
            loop, boost::asio::local::stream_protocol::endpoint(path)
        );
        std::string trouble;
        auto address = to("unix:" + path, 0);
        dialling going(loop, gateway::dial(loop.get_executor(), address, 4s, trouble));
        CHECK(going.get().has_value());
    }
    ::unlink(path.c_str());
    ::rmdir(folder);
}

TEST_CASE("addresses are written as logs and lookups want them") {
    auto full = [](const char* literal) {
        tcp::endpoint e(boost::asio::ip::make_address(literal), 4711);
        return gateway::name_of(boost::asio::generic::stream_protocol::endpoint(e)).full;
    };
    CHECK(full("192.0.2.7") == "192.0.2.7:4711");
    CHECK(full("2001:db8::1") == "[2001:db8::1]:4711");
    CHECK(full("::ffff:192.0.2.7") == "192.0.2.7:4711");
    boost::asio::local::stream_protocol::endpoint local("/run/x");
    CHECK(
        gateway::name_of(boost::asio::generic::stream_protocol::endpoint(local)).address == "unix:"
    );
    CHECK(gateway::name_of(to("2001:db8::1", 143)) == "[2001:db8::1]:143");
    CHECK(gateway::name_of(to("imap.example.org", 143)) == "imap.example.org:143");
    CHECK(gateway::name_of(to("unix:/run/imap", 0)) == "unix:/run/imap");
}

TEST_CASE("an address is this machine's when nothing leaves it") {
    auto here = [](const char* literal) {
        tcp::endpoint e(boost::asio::ip::make_address(literal), 143);
        return gateway::is_here(boost::asio::generic::stream_protocol::endpoint(e));
    };
    for (auto literal : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"})
        CHECK(here(literal));
    for (auto literal :
         {"192.0.2.1",
          "10.0.0.1",
          "128.0.0.1",
          "0.0.0.0",
          "::",
          "fe80::1",
          "fd00::1",
          "2001:db8::1",
          "::ffff:192.0.2.1",
          "::127.0.0.1"})
        CHECK_FALSE(here(literal));
    boost::asio::local::stream_protocol::endpoint local("/run/x");
    CHECK(gateway::is_here(boost::asio::generic::stream_protocol::endpoint(local)));
    CHECK_FALSE(gateway::is_here({}));
}
