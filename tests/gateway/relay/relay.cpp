#include "gateway/relay/relay.hpp"

#include "tests/gateway/net/framed_engine.hpp"
#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <list>
#include <vector>

using namespace postern;
using gateway::connection;
using gateway::ending;
using gateway::party;
using test::framed_engine;
using namespace std::chrono_literals;

namespace {

struct test_relay : gateway::relay {
    explicit test_relay(boost::asio::io_context& l) : loop(l) {}
    void ended(ending e) override {
        CHECK_FALSE(how);
        how = e;
        for (auto* c : both)
            c->stop();
    }
    bool done() const { return how.has_value(); }
    ending get() {
        test::turn_until(loop, [this] { return done(); });
        return *how;
    }

    boost::asio::io_context& loop;
    std::vector<connection*> both;
    std::optional<ending> how;
};

// A relay between two connections whose far ends the test holds.
struct bridge {
    boost::asio::io_context loop;
    std::pair<gateway::stream_socket, test::peer> left = test::connected(loop);
    std::pair<gateway::stream_socket, test::peer> right = test::connected(loop);
    test::peer &client = left.second, &server = right.second;
    std::unique_ptr<connection> near, far;
    std::shared_ptr<test_relay> going;
    std::list<gateway::patience> patient;

    void start(
        std::string first = "",
        std::chrono::milliseconds idle = 5s,
        std::chrono::milliseconds linger = 5s,
        bool tls = false
    ) {
        if (tls)
            near = std::make_unique<connection>(
                std::move(left.first), std::make_unique<framed_engine>()
            );
        else
            near = std::make_unique<connection>(std::move(left.first));
        far = std::make_unique<connection>(std::move(right.first));
        near->settle();
        far->settle();
        going = std::make_shared<test_relay>(loop);
        going->both = {near.get(), far.get()};
        auto& usual = patient.emplace_back(loop.get_executor(), idle);
        auto& brief = patient.emplace_back(loop.get_executor(), std::min(idle, linger));
        going->start(*near, *far, std::move(first), usual, brief);
    }
    bool over() {
        loop.restart();
        loop.poll();
        return going->done();
    }
};

std::string noise(std::size_t size) {
    std::string out(size, '\0');
    unsigned state = 1;
    for (auto& c : out)
        c = static_cast<char>((state = state * 1103515245u + 12345u) >> 16);
    return out;
}

// Says all of a text, as room comes, while the others listen.
template <class Others>
void say_all(bridge& b, test::peer& from, std::string_view text, Others listen) {
    test::turn_until(b.loop, [&] {
        text.remove_prefix(from.say(text));
        listen();
        return text.empty();
    });
}

}

TEST_CASE("a relay passes bytes both ways, first those that came behind the login") {
    bridge b;
    b.start("b SELECT inbox\r\n");
    b.client.say("c NOOP\r\n");
    b.server.say("* 3 EXISTS\r\n");
    test::hear(b.loop, b.server, 24);
    test::hear(b.loop, b.client, 12);
    CHECK(b.server.heard == "b SELECT inbox\r\nc NOOP\r\n");
    CHECK(b.client.heard == "* 3 EXISTS\r\n");
    CHECK(b.near->bytes_in() == 8);
    CHECK(b.near->bytes_out() == 12);
    CHECK_FALSE(b.over());
}

TEST_CASE("a client that stops sending still hears the end of what it asked for") {
    bridge b;
    b.start();
    b.client.say("c FETCH\r\n");
    b.client.finish();
    test::hear_end(b.loop, b.server);
    CHECK(b.server.heard == "c FETCH\r\n");
    CHECK_FALSE(b.over());
    b.server.say("late but whole");
    test::hear(b.loop, b.client, 14);
    CHECK(b.client.heard == "late but whole");
    CHECK_FALSE(b.client.ended);
    b.server.finish();
    test::hear_end(b.loop, b.client);
    auto end = b.going->get();
    CHECK(end.by == party::client);
    CHECK(end.why == errc::closed);
}

TEST_CASE("an upstream that stops sending still hears the client") {
    bridge b;
    b.start();
    b.server.say("* BYE\r\n");
    b.server.finish();
    test::hear_end(b.loop, b.client);
    CHECK(b.client.heard == "* BYE\r\n");
    b.client.say("and one more thing");
    test::hear(b.loop, b.server, 18);
    CHECK(b.server.heard == "and one more thing");
    b.client.finish();
    auto end = b.going->get();
    CHECK(end.by == party::upstream);
    CHECK(end.why == errc::closed);
}

TEST_CASE("a client that stays after its upstream has left is not kept for long") {
    bridge b;
    b.start("", 60s, 40ms);
    b.server.finish();
    auto end = b.going->get();
    CHECK(end.by == party::upstream);
    test::hear_end(b.loop, b.client);
}

TEST_CASE("silence on both sides ends a relay") {
    bridge b;
    auto began = connection::clock::now();
    b.start("", 50ms);
    auto end = b.going->get();
    CHECK(end.by == party::gateway);
    CHECK(end.why == errc::timed_out);
    CHECK(connection::clock::now() - began >= 50ms);
    test::hear_end(b.loop, b.client);
    test::hear_end(b.loop, b.server);
}

TEST_CASE("one side's talking is enough to keep a relay") {
    for (bool upstream_talks : {true, false}) {
        INFO(upstream_talks);
        bridge b;
        b.start("", 150ms);
        auto& speaker = upstream_talks ? b.server : b.client;
        auto until = connection::clock::now() + 500ms;
        while (connection::clock::now() < until) {
            speaker.say("x");
            b.loop.restart();
            b.loop.run_for(20ms);
            REQUIRE_FALSE(b.going->done());
        }
        CHECK(b.going->get().why == errc::timed_out);
    }
}

TEST_CASE("a receiver that does not read stops its sender, and loses nothing") {
    bool tls = GENERATE(false, true);
    bridge b;
    b.start("", 60s, 60s, tls);
    auto all = noise(24 << 20);
    std::string_view left = all;
    // Until the kernel's buffers on the way are full: the relay itself keeps a chunk at most.
    for (int still = 0; still < 50 && !left.empty();) {
        auto taken = b.server.say(left.substr(0, 65536));
        left.remove_prefix(taken);
        still = taken > 0 ? 0 : still + 1;
        b.loop.restart();
        b.loop.run_for(1ms);
    }
    REQUIRE_FALSE(left.empty());
    auto read_so_far = b.far->bytes_in(), passed_so_far = b.near->bytes_out();
    CHECK(read_so_far - passed_so_far <= 32 * 1024);
    // The other direction goes on meanwhile.
    b.client.say(tls ? framed_engine::record("still here") : "still here");
    test::hear(b.loop, b.server, 10);
    CHECK(b.server.heard == "still here");

    say_all(b, b.server, left, [&] { b.client.listen(); });
    b.server.finish();
    test::hear_end(b.loop, b.client);
    if (!tls) CHECK(b.client.heard == all);
    CHECK(b.near->bytes_out() == all.size());
    CHECK(b.far->bytes_in() == all.size());
}

TEST_CASE("a relay ends with TLS as TLS wants it") {
    bridge b;
    b.start("", 5s, 5s, true);
    b.server.say("hi");
    test::hear(b.loop, b.client, 5);
    CHECK(b.client.heard == framed_engine::record("hi"));
    b.server.finish();
    test::hear_end(b.loop, b.client);
    CHECK(b.client.heard == framed_engine::record("hi") + framed_engine::record("", 'c'));
    b.client.say(framed_engine::record("bye") + framed_engine::record("", 'c'));
    test::hear_end(b.loop, b.server);
    CHECK(b.server.heard == "bye");
    CHECK(b.going->get().by == party::upstream);
}

TEST_CASE("close_notify alone is a client's end, a bare FIN is one that is told apart") {
    bridge b;
    b.start("", 5s, 5s, true);
    b.client.say(framed_engine::record("", 'c'));
    test::hear_end(b.loop, b.server);
    b.server.finish();
    CHECK(b.going->get().why == errc::closed);

    bridge other;
    other.start("", 5s, 5s, true);
    other.client.finish();
    test::hear_end(other.loop, other.server);
    other.server.say("late");
    other.server.finish();
    test::hear_end(other.loop, other.client);
    CHECK(other.client.heard == framed_engine::record("late")); // and no close_notify in its turn
    auto end = other.going->get();
    CHECK(end.by == party::client);
    CHECK(end.why == errc::truncated);
}

TEST_CASE("a broken record ends a relay and the upstream is told") {
    bridge b;
    b.start("", 5s, 5s, true);
    b.client.say(framed_engine::record("", 'x'));
    test::hear_end(b.loop, b.server);
    b.server.finish();
    auto end = b.going->get();
    CHECK(end.by == party::client);
    CHECK(end.why == errc::tls_failed);
}

TEST_CASE("a peer that breaks off ends a relay") {
    bridge b;
    b.start();
    b.client.break_off();
    test::hear_end(b.loop, b.server);
    b.server.hang_up();
    CHECK(b.going->get().by == party::client);

    bridge other;
    other.start();
    other.server.break_off();
    test::hear_end(other.loop, other.client);
    other.client.hang_up();
    CHECK(other.going->get().by == party::upstream);
}

TEST_CASE("stopping both connections ends a relay at once, whatever it waits for") {
    bool stuck = GENERATE(false, true);
    bridge b;
    b.start("", 60s);
    auto all = noise(16 << 20);
    if (stuck)
        for (int i = 0; i < 200; ++i) {
            b.server.say(all);
            b.loop.restart();
            b.loop.run_for(1ms);
        }
    CHECK_FALSE(b.over());
    b.near->stop();
    b.far->stop();
    auto end = b.going->get();
    CHECK(end.by == party::gateway);
    CHECK(end.why == errc::shutting_down);
}

TEST_CASE("twenty megabytes arrive as they were sent, both ways at once") {
    bool tls = GENERATE(false, true);
    bridge b;
    b.start("", 60s, 60s, tls);
    auto all = noise(20 << 20);
    std::string_view down = all, up = all;
    test::turn_until(b.loop, [&] {
        down.remove_prefix(b.server.say(down.substr(0, 1 << 20)));
        if (!tls) up.remove_prefix(b.client.say(up.substr(0, 1 << 20)));
        b.client.listen();
        b.server.listen();
        return down.empty() && (tls || up.empty());
    });
    b.server.finish();
    b.client.finish();
    test::hear_end(b.loop, b.client);
    test::hear_end(b.loop, b.server);
    CHECK(b.near->bytes_out() == all.size());
    if (tls) return;
    CHECK(b.client.heard == all);
    CHECK(b.server.heard == all);
}
