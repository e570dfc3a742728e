// Names in set_real_ip_from, and the machine's resolver behind them.
#include "gateway/process/peer_names.hpp"

#include "config/value/network.hpp"
#include "gateway/process/machine_names.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace postern;
using namespace postern::gateway;
using namespace std::chrono_literals;

namespace {

// RFC 6761: no resolver knows anything below "invalid". Some take long to say so.
const std::string nowhere = "lb.invalid";
const std::string no_name = "a..b"; // for which nobody is asked

examined of(const std::string& lines) {
    examined e;
    e.name = "postern.toml";
    e.config = config::load(lines, e.name, [](auto&) { return config::file_answer{}; });
    REQUIRE(e.config.made);
    return e;
}

std::string server(const std::string& listen, const std::string& peers) {
    return "[[mail.server]]\nprotocol = \"imap\"\nupstream = \"localhost\"\nlisten = \"" + listen +
           "\"\nset_real_ip_from = " + peers + "\n";
}

}

TEST_CASE("many names are looked up at once, each with its own answer") {
    std::vector<std::string> names(40, no_name);
    names[0] = names[39] = "localhost";
    auto all = look_up_names(names, 60s);
    REQUIRE(all.size() == names.size());
    for (std::size_t n : {0u, 39u}) {
        CHECK(std::ranges::count(all[n].hosts, "127.0.0.1") == 1);
        CHECK(all[n].why.empty());
    }
    CHECK(all[7].hosts.empty());
    CHECK_FALSE(all[7].why.empty());
    CHECK(look_up_names({}, 60s).empty());
}

TEST_CASE("who has no patience hears of no answer") {
    std::vector<std::string> names(100000, no_name);
    auto all = look_up_names(names, 0ms);
    REQUIRE(all.size() == names.size());
    CHECK(all.back().why == "no answer within 0 ms");
}

TEST_CASE("a name's addresses are believed, a name without any is a complaint") {
    auto good =
        of(server("143 proxy_protocol", "[\"10.0.0.0/8\", \"localhost\"]") +
           server("144", "\"" + nowhere + "\"") // which has no headers to believe
        );
    look_up_peers(good, 10s);
    CHECK(good.diagnostics.empty());
    REQUIRE(good.peers.size() == 1);
    auto made = with_peers(good.config.made, good.peers);
    auto believes = [&](const char* peer) {
        return std::ranges::any_of(made->servers[0].real_ip_from, [peer](auto& n) {
            return config::holds(n, peer);
        });
    };
    CHECK(believes("127.0.0.1"));
    CHECK(believes("10.1.2.3"));
    CHECK_FALSE(believes("192.0.2.1"));
    CHECK(good.config.made->servers[0].real_ip_from[1].name == "localhost"); // the file's

    auto bad =
        of(server("143 proxy_protocol", "[\"localhost\", \"" + nowhere + "\"]") +
           server("144 proxy_protocol", "\"" + nowhere + "\""));
    look_up_peers(bad, 10s);
    REQUIRE(bad.diagnostics.size() == 2);
    CHECK(bad.diagnostics[0].where.line == 5);
    CHECK(bad.diagnostics[1].where.line == 10);
    CHECK(bad.diagnostics[1].text.starts_with(
        "set_real_ip_from: cannot find the addresses of lb.invalid: "
    ));
    CHECK_FALSE(bad.good());
}
