#include "gateway/session/introduce.hpp"

#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::gateway;

TEST_CASE("an upstream hears who is behind a connection, if it is to") {
    client_facts who{
        .address = "192.0.2.7", .port = 4711, .server = {"198.51.100.1", 993}
    };
    using config::proxy_header;
    CHECK(introduction(proxy_header::off, who, nullptr).empty());
    CHECK(
        introduction(proxy_header::v1, who, nullptr) ==
        "PROXY TCP4 192.0.2.7 198.51.100.1 4711 993\r\n"
    );
    auto v2 = proxy_protocol::read_header(introduction(proxy_header::v2, who, nullptr));
    REQUIRE(v2.said);
    CHECK(v2.said->server.port == 993);
}

TEST_CASE("where a client came in is known of its socket") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    auto here = facts_of("192.0.2.7", 4711, socket);
    CHECK(here.address == "192.0.2.7");
    CHECK(here.port == 4711);
    CHECK(here.server.address == "127.0.0.1");
    CHECK(here.server.port > 0);
    CHECK(here.host == "[UNAVAILABLE]");
    stream_socket none(loop);
    CHECK(facts_of("unix:", 0, none).server.address.empty());
}
