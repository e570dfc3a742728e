#include "gateway/net/connection.hpp"

#include "gateway/net/buffers.hpp"
#include "protocols/budget.hpp"
#include "tests/gateway/net/framed_engine.hpp"
#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace postern;
using gateway::connection;
using test::framed_engine;
using test::pending;
using namespace std::chrono_literals;

namespace {

task<result<std::string>> read_copy(connection& c, std::size_t most) {
    auto got = co_await c.read(most);
    if (!got) co_return got.error();
    co_return std::string(*got);
}

using text = pending<result<std::string>>;

std::pair<std::unique_ptr<connection>, test::peer> framed(boost::asio::io_context& loop) {
    auto [socket, far] = test::connected(loop);
    auto near = std::make_unique<connection>(std::move(socket), std::make_unique<framed_engine>());
    return {std::move(near), std::move(far)};
}

}

TEST_CASE("a connection lends what came, at most as much as was asked for") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    text first(loop, read_copy(near, 3));
    CHECK_FALSE(first.done());
    far.say("abcdefg");
    CHECK(*first.get() == "abc");
    CHECK(*text(loop, read_copy(near, 100)).get() == "defg");
    CHECK(near.bytes_in() == 7);
    CHECK(near.tls() == nullptr);
    far.finish();
    CHECK(text(loop, read_copy(near, 100)).get().error() == errc::closed);
}

TEST_CASE("the deadline ends a read and is not moved by bytes that come") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    auto began = connection::clock::now();
    near.expire_after(60ms);
    for (;;) {
        far.say("x");
        auto got = text(loop, read_copy(near, 1)).get();
        if (!got) {
            CHECK(got.error() == errc::timed_out);
            break;
        }
        REQUIRE(connection::clock::now() - began < 2s);
        text quiet(loop, read_copy(near, 1));
        loop.restart();
        loop.run_for(10ms);
        far.say("y");
        auto next = quiet.get();
        if (!next) {
            CHECK(next.error() == errc::timed_out);
            break;
        }
    }
    CHECK(connection::clock::now() - began >= 60ms);
    // a passed deadline fails the next wait at once; a new one makes it usable again
    CHECK(text(loop, read_copy(near, 9)).get().has_error());
    near.expire_after(5s);
    text again(loop, read_copy(near, 9));
    far.say("z");
    CHECK(again.get().has_value());
}

TEST_CASE("all that is received is charged, and the budget's time ends every wait") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    config::budget_settings most;
    most.bytes = 10;
    SECTION("bytes") {
        budget spent(most);
        near.charge(&spent);
        far.say("0123456789");
        CHECK(text(loop, read_copy(near, 100)).get().value() == "0123456789");
        far.say("x");
        CHECK(text(loop, read_copy(near, 100)).get().error() == errc::too_many_bytes);
    }
    SECTION("time, however far the deadline is") {
        budget spent(most, connection::clock::now() + 60ms);
        near.charge(&spent);
        near.expire_after(60s);
        auto began = connection::clock::now();
        CHECK(text(loop, read_copy(near, 100)).get().error() == errc::too_slow);
        CHECK(connection::clock::now() - began < 5s);
        CHECK(near.overdue());
    }
    SECTION("a deadline that is nearer keeps its own name") {
        budget spent(most, connection::clock::now() + 60s);
        near.charge(&spent);
        near.expire_after(30ms);
        CHECK(text(loop, read_copy(near, 100)).get().error() == errc::timed_out);
    }
    SECTION("what is not charged is free") {
        far.say("0123456789x");
        CHECK(text(loop, read_copy(near, 100)).get().value() == "0123456789x");
    }
}

TEST_CASE("a write waits for room, and no longer than the deadline") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    std::string big(32 << 20, 'b');
    near.expire_after(50ms);
    pending<result<void>> late(loop, near.write(big));
    CHECK(late.get().error() == errc::timed_out);

    near.expire_after(5s);
    auto before = near.bytes_out();
    pending<result<void>> sent(loop, near.write(big));
    auto& peer = far; // clang 14 captures no structured binding
    test::turn_until(loop, [&] {
        peer.listen();
        return sent.done();
    });
    CHECK(sent.get().has_value());
    CHECK(near.bytes_out() == before + big.size());
}

TEST_CASE("stop() ends a wait with errc::shutting_down") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    text waiting(loop, read_copy(near, 1));
    loop.poll();
    near.stop();
    CHECK(waiting.get().error() == errc::shutting_down);
    CHECK(text(loop, read_copy(near, 1)).get().error() == errc::shutting_down);
    CHECK(pending<result<void>>(loop, near.write("x")).get().error() == errc::shutting_down);
}

TEST_CASE("quiet_for tells a silent peer from a hasty one, and takes no byte from it") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    CHECK(*pending<result<bool>>(loop, near.quiet_for(20ms)).get() == true);
    pending<result<bool>> hasty(loop, near.quiet_for(5s));
    far.say("EHLO");
    CHECK(*hasty.get() == false);
    CHECK(near.bytes_in() == 0);
    CHECK(*pending<result<bool>>(loop, near.quiet_for(5s)).get() == false);
    std::string all;
    while (all.size() < 4)
        all += *text(loop, read_copy(near, 10)).get();
    CHECK(all == "EHLO");
    CHECK(near.bytes_in() == 4);
    near.expire_after(30ms);
    auto over = pending<result<bool>>(loop, near.quiet_for(5s)).get();
    REQUIRE(over.has_error());
    CHECK(over.error() == errc::timed_out);
    near.expire_after(5s);
    far.finish();
    CHECK(pending<result<bool>>(loop, near.quiet_for(5s)).get().has_error());
}

TEST_CASE("TLS records come out whole and in pieces, and what is left over is kept") {
    boost::asio::io_context loop;
    auto [near, far] = framed(loop);
    CHECK(near->tls() != nullptr);
    auto bytes = framed_engine::record("hello ") + framed_engine::record("world");
    std::string got;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        far.say(bytes.substr(i, 1));
    while (got.size() < 11)
        got += *text(loop, read_copy(*near, 4)).get();
    CHECK(got == "hello world");
    far.say(framed_engine::record("bye") + framed_engine::record("", 'c'));
    CHECK(*text(loop, read_copy(*near, 100)).get() == "bye");
    CHECK(text(loop, read_copy(*near, 100)).get().error() == errc::closed);
}

TEST_CASE("TLS cut off without close_notify is truncated, and a broken record is told") {
    boost::asio::io_context loop;
    auto [near, far] = framed(loop);
    far.finish();
    CHECK(text(loop, read_copy(*near, 9)).get().error() == errc::truncated);

    auto [other, far_other] = framed(loop);
    far_other.say(framed_engine::record("ok") + framed_engine::record("", 'x'));
    CHECK(*text(loop, read_copy(*other, 9)).get() == "ok");
    CHECK(text(loop, read_copy(*other, 9)).get().error() == errc::tls_failed);
    CHECK(other->trouble() == "a broken record");
}

TEST_CASE("two TLS connections share the worker's buffers without mixing their bytes") {
    boost::asio::io_context loop;
    auto [a, far_a] = framed(loop);
    auto [b, far_b] = framed(loop);
    std::string big_a(9000, 'a'), big_b(9000, 'b'), got_a, got_b;
    far_a.say(framed_engine::record(big_a));
    far_b.say(framed_engine::record(big_b));
    while (got_a.size() < 9000 || got_b.size() < 9000) {
        if (got_a.size() < 9000) got_a += *text(loop, read_copy(*a, 700)).get();
        if (got_b.size() < 9000) got_b += *text(loop, read_copy(*b, 900)).get();
    }
    CHECK(got_a == big_a);
    CHECK(got_b == big_b);
}

TEST_CASE("leave() lets the peer hear the last words though it had sent more") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    auto near = std::make_unique<connection>(std::move(socket));
    far.say(std::string(5000, 'p')); // never read
    REQUIRE(pending<result<void>>(loop, near->write("* BYE\r\n")).get().has_value());
    bool left = false;
    boost::asio::co_spawn(loop, near->leave(2s), [&](std::exception_ptr) { left = true; });
    test::hear_end(loop, far);
    CHECK(far.heard == "* BYE\r\n");
    CHECK_FALSE(far.reset);
    CHECK_FALSE(left);
    far.finish();
    test::turn_until(loop, [&] { return left; });
}

TEST_CASE("leave() waits for nobody longer than it was told") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    bool left = false;
    boost::asio::co_spawn(loop, near.leave(30ms), [&](std::exception_ptr) { left = true; });
    test::turn_until(loop, [&] { return left; });
    far.listen();
    CHECK(far.ended);
}

TEST_CASE("what was lent before a wait is wiped when the next wait begins") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket));
    text first(loop, read_copy(near, 100));
    far.say("a LOGIN alice sesame\r\n");
    REQUIRE(first.get().has_value());
    text next(loop, read_copy(near, 100));
    loop.restart();
    loop.poll();
    auto& plain = gateway::buffers().plain;
    CHECK(std::all_of(plain.begin(), plain.begin() + 22, [](auto b) { return b == std::byte{0}; }));
    near.stop();
    (void)next.get();
}

namespace {

// A client whose engines are framed ones, and what they were asked for.
struct framed_client final : tls::client {
    mutable std::string asked;
    std::unique_ptr<tls::engine> connect(const tls::destination& to) const override {
        asked = to.name + " at " + to.address;
        return std::make_unique<framed_engine>();
    }
};

}

TEST_CASE("a connection to an upstream plays the client's side, once") {
    boost::asio::io_context loop;
    auto by = std::make_shared<framed_client>();
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket), by, {"imap.example", "192.0.2.1:993"});
    CHECK(near.tls() == nullptr);
    CHECK(pending<result<void>>(loop, near.start_tls()).get().has_value());
    CHECK(by->asked == "imap.example at 192.0.2.1:993");
    REQUIRE(near.tls());
    CHECK(near.tls()->protocol == "TLSv1.3");
    far.say(framed_engine::record("* OK"));
    CHECK(*text(loop, read_copy(near, 100)).get() == "* OK");
    CHECK(pending<result<void>>(loop, near.start_tls()).get().error() == errc::tls_failed);
    near.settle();
    CHECK(by.use_count() == 1); // nothing of the handshake stays
}

TEST_CASE("a connection without a way to TLS does not get there") {
    boost::asio::io_context loop;
    auto [socket, far] = test::connected(loop);
    connection near(std::move(socket), std::shared_ptr<const tls::client>(), {});
    CHECK(pending<result<void>>(loop, near.start_tls()).get().error() == errc::tls_failed);
}
