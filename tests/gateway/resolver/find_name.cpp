#include "gateway/resolver/find_name.hpp"

#include "gateway/resolver/host_names.hpp"
#include "protocols/budget.hpp"
#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::gateway;
using namespace std::chrono_literals;

namespace {

// DNS that never answers.
struct silent_dns final : name_service {
    void ask(std::shared_ptr<question> q) override { asked.push_back(std::move(q)); }
    std::vector<std::shared_ptr<question>> asked;
};

struct stage {
    boost::asio::io_context loop;
    std::pair<stream_socket, test::peer> both = test::connected(loop);
    test::peer& far = both.second;
    connection near{std::move(both.first)};
    config::resolver_settings settings;
    host_names names{std::make_unique<silent_dns>(), settings};
    client_facts who{.address = "192.0.2.7"};
    gateway::log events{-1, -1, config::log_level::info, config::log_settings::style::text};
    record seen;

    task<result<void>> finding(std::chrono::milliseconds within) {
        return find_name(near, names, within, who, events, seen);
    }
};

}

TEST_CASE("a client's name is looked for while it stays") {
    stage s;
    auto began = host_names::clock::now();
    SECTION("no longer than wanted") {
        CHECK(test::pending<result<void>>(s.loop, s.finding(20ms)).get());
        CHECK(s.who.host == "[TEMPUNAVAIL]");
    }
    SECTION("it leaves") {
        test::pending<result<void>> going(s.loop, s.finding(60s));
        s.loop.poll();
        s.far.break_off();
        CHECK(going.get().error() == errc::closed);
    }
    SECTION("its worker stops") {
        test::pending<result<void>> going(s.loop, s.finding(60s));
        s.loop.poll();
        s.near.stop();
        CHECK(going.get().error() == errc::shutting_down);
    }
    SECTION("its time is over") {
        config::budget_settings most;
        budget spent(most, connection::clock::now() + 30ms);
        s.near.charge(&spent);
        CHECK(test::pending<result<void>>(s.loop, s.finding(60s)).get().error() == errc::too_slow);
        s.near.charge(nullptr);
    }
    CHECK(host_names::clock::now() - began < 10s);
    CHECK_FALSE(s.names.recall("192.0.2.8"));
}
