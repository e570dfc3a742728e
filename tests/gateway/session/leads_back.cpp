#include "gateway/session/leads_back.hpp"

#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

using namespace postern;
using boost::asio::ip::tcp;

namespace {

// A server, a client that has arrived somewhere, and an upstream that was dialled.
struct way {
    boost::asio::io_context loop;
    std::pair<gateway::stream_socket, test::peer> arrived = test::connected(loop);
    config::server_settings server;

    config::listen_address& listens(std::string host, std::uint16_t port) {
        auto& out = server.listen.emplace_back();
        out.written = "<" + host + ">";
        out.host = std::move(host);
        out.port = port;
        return out;
    }
    std::string leads_back_from(const char* host, std::uint16_t port) {
        config::upstream_address to;
        to.host = host;
        to.port = port;
        tcp::endpoint peer(boost::asio::ip::make_address(host), port);
        return leads_back(to, {gateway::stream_socket(loop), peer}, arrived.first, server);
    }
    tcp::endpoint client_came_to() {
        boost::system::error_code ec;
        auto at = arrived.first.local_endpoint(ec);
        tcp::endpoint out;
        out.resize(at.size());
        std::memcpy(out.data(), at.data(), at.size());
        return out;
    }
};

}

TEST_CASE("an upstream that is a listener of the server leads back") {
    way w;
    w.listens("127.0.0.1", 143);
    w.listens("192.0.2.1", 993).last_port = 995;
    w.listens("0.0.0.0", 2143);
    CHECK(w.leads_back_from("127.0.0.1", 143) == "<127.0.0.1>");
    CHECK(w.leads_back_from("192.0.2.1", 994) == "<192.0.2.1>");
    CHECK(w.leads_back_from("127.0.0.1", 2143) == "<0.0.0.0>");
    CHECK(w.leads_back_from("::ffff:127.0.0.1", 143) == "<127.0.0.1>");
    for (auto [host, port] : {
             std::pair("127.0.0.1", 144), {"192.0.2.1", 996},
               {"192.0.2.2", 994}
    })
        CHECK(w.leads_back_from(host, std::uint16_t(port)).empty());
    CHECK(w.leads_back_from("192.0.2.9", 2143).empty()); // another machine's port 2143
}

TEST_CASE("a listener that settings know by its name alone is where the client has come to") {
    way w;
    auto here = w.client_came_to();
    w.listens("mail.example.org", here.port()).is_name = true;
    CHECK(
        w.leads_back_from("127.0.0.1", here.port()) == "127.0.0.1:" + std::to_string(here.port())
    );
    w.server.listen.clear();
    w.listens("127.0.0.9", 0); // any port
    CHECK(
        w.leads_back_from("127.0.0.1", here.port()) == "127.0.0.1:" + std::to_string(here.port())
    );
    CHECK(w.leads_back_from("127.0.0.2", here.port()).empty());
}

TEST_CASE("a Unix socket leads back when its path is a listener's") {
    way w;
    w.listens("/run/postern/imap", 0).is_unix = true;
    auto from = [&w](const std::string& path) {
        config::upstream_address to;
        to.host = "unix:" + path;
        boost::asio::local::stream_protocol::endpoint peer(path);
        return leads_back(to, {gateway::stream_socket(w.loop), peer}, w.arrived.first, w.server);
    };
    CHECK(from("/run/postern/imap") == "unix:/run/postern/imap");
    CHECK(from("/run/dovecot/imap").empty());
}
