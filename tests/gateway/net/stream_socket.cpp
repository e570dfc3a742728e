#include "gateway/net/stream_socket.hpp"

#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <vector>

using namespace postern;
using boost::system::error_code;
using gateway::stream_socket;
using namespace std::chrono_literals;

namespace {

// What a wait ended with, once it has.
struct answer {
    std::shared_ptr<std::vector<error_code>> all = std::make_shared<std::vector<error_code>>();
    void operator()(error_code why) const { all->push_back(why); }
    std::size_t count() const { return all->size(); }
};

// Until nothing more happens, however slow the machine is.
void turn(boost::asio::io_context& loop) {
    loop.restart();
    for (int most = 10000; most > 0 && loop.run_one_for(20ms) > 0; --most) {
    }
}

std::string received(stream_socket& s, std::size_t most) {
    std::string room(most, '\0');
    auto got = s.receive(room.data(), most);
    return got < 0 ? "nothing" : room.substr(0, static_cast<std::size_t>(got));
}

}

TEST_CASE("a wait ends when bytes come, once, and again as long as there may be more") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    answer told;
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    CHECK(told.count() == 0);
    far.say("abcdef");
    turn(loop);
    REQUIRE(told.count() == 1);
    CHECK_FALSE(told.all->front().failed());
    CHECK(received(near, 3) == "abc");
    near.async_wait(stream_socket::wait_read, told); // it was not asked for all there is
    CHECK(told.count() == 1);                        // from the loop, never at once
    turn(loop);
    CHECK(told.count() == 2);
    CHECK(received(near, 100) == "def");
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    CHECK(told.count() == 2);
    far.say("g");
    turn(loop);
    CHECK(told.count() == 3);
}

TEST_CASE("what comes while nobody waits is told to who waits next") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    auto [other, quiet] = test::connected(loop);
    answer told, kept;
    other.async_wait(stream_socket::wait_read, kept);
    near.async_wait(stream_socket::wait_read, told);
    far.say("a");
    turn(loop);
    CHECK(received(near, 100) == "a");
    far.say("b");
    turn(loop);
    CHECK(told.count() == 1);
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    CHECK(told.count() == 2);
    CHECK(received(near, 100) == "b");
    CHECK(received(near, 100) == "nothing");
}

TEST_CASE("who has read all is told by the loop alone that there is more") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    far.say("a");
    test::turn_until(loop, [near = near.native_handle()] {
        char one;
        return ::recv(near, &one, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    });
    CHECK(received(near, 100) == "a"); // nobody has waited yet, so the kernel is asked
    answer told;
    near.async_wait(stream_socket::wait_read, told);
    far.say("b");
    turn(loop);
    CHECK(received(near, 100) == "b");
    far.say("c");
    far.finish();
    errno = 0;
    CHECK(received(near, 100) == "nothing");
    CHECK(errno == EAGAIN);
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    CHECK(told.count() == 2);
    CHECK(received(near, 100) == "c");
    CHECK(received(near, 100).empty());
    CHECK(received(near, 100).empty());
}

TEST_CASE("a listening socket tells who came until nobody is left") {
    boost::asio::io_context loop;
    boost::asio::ip::tcp::acceptor door(
        loop, {boost::asio::ip::address_v4::loopback(), std::uint16_t{0}}
    );
    auto address = door.local_endpoint();
    door.native_non_blocking(true);
    stream_socket listening(loop, gateway::descriptor(door.release()));
    answer told;
    listening.async_wait(stream_socket::wait_read, told);
    stream_socket::endpoint_type to(address), from;
    stream_socket first(loop), second(loop);
    for (auto* s : {&first, &second})
        (void)s->connect(to);
    turn(loop);
    CHECK(told.count() == 1);
    for (auto* s : {&first, &second}) {
        auto came = listening.accept(from);
        REQUIRE(came);
        error_code unknown;
        CHECK(from == s->local_endpoint(unknown));
    }
    CHECK_FALSE(listening.accept(from));
    CHECK(errno == EAGAIN);
    listening.async_wait(stream_socket::wait_read, told);
    turn(loop);
    CHECK(told.count() == 1);
    stream_socket third(loop);
    (void)third.connect(to);
    turn(loop);
    CHECK(told.count() == 2);
}

TEST_CASE("a socket that another descriptor keeps open is forgotten when it is closed") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    auto [other, quiet] = test::connected(loop);
    auto copy = gateway::duplicate(near.native_handle());
    REQUIRE(copy);
    answer told, kept;
    other.async_wait(stream_socket::wait_read, kept); // so that the set is looked at
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    near.close();
    turn(loop);
    REQUIRE(told.count() == 1);
    CHECK(told.all->front() == boost::asio::error::operation_aborted);
    far.say("a");
    quiet.say("b");
    turn(loop);
    CHECK(told.count() == 1);
    CHECK(kept.count() == 1);
}

TEST_CASE("an end that came with the last bytes is told behind them") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    answer told;
    near.async_wait(stream_socket::wait_read, told);
    far.say("last words");
    far.finish();
    turn(loop);
    REQUIRE(told.count() == 1);
    CHECK(received(near, 100) == "last words");
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    CHECK(told.count() == 2);
    CHECK(received(near, 100).empty());
}

TEST_CASE("a peer that breaks off is told to every kind of wait") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    answer reading, failing;
    near.async_wait(stream_socket::wait_read, reading);
    near.async_wait(stream_socket::wait_error, failing);
    turn(loop);
    far.break_off();
    turn(loop);
    CHECK(reading.count() == 1);
    CHECK(failing.count() == 1);
    answer writing;
    near.async_wait(stream_socket::wait_write, writing);
    turn(loop);
    CHECK(writing.count() == 1);
}

TEST_CASE("room is told when there was none") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    const std::string block(64 * 1024, 'x');
    std::size_t sent_all = 0;
    for (;;) {
        auto sent = near.send(block.data(), block.size());
        if (sent < 0) break;
        sent_all += static_cast<std::size_t>(sent);
    }
    answer told;
    for (std::size_t round = 1; round <= 3; ++round) {
        near.async_wait(stream_socket::wait_write, told);
        turn(loop);
        REQUIRE(told.count() == round - 1);
        far.listen(sent_all);
        turn(loop);
        REQUIRE(told.count() == round);
        for (sent_all = 0;;) {
            auto sent = near.send(block.data(), block.size());
            if (sent < 0) break;
            sent_all += static_cast<std::size_t>(sent);
        }
        CHECK(sent_all > 0);
    }
}

TEST_CASE("waits end with a reason when they are cancelled, or their socket closed") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    answer told;
    near.async_wait(stream_socket::wait_read, told);
    near.async_wait(stream_socket::wait_write, told);
    SECTION("cancelled") { near.cancel(); }
    SECTION("closed") { near.close(); }
    SECTION("gone") { auto gone = std::move(near); }
    turn(loop);
    // There is room, so that one may have been told of it before.
    CHECK(told.count() == 2);
    CHECK(told.all->front() == boost::asio::error::operation_aborted);
    near.close();
    near.async_wait(stream_socket::wait_read, told);
    turn(loop);
    REQUIRE(told.count() == 3);
    CHECK(told.all->back() == boost::asio::error::bad_descriptor);
    CHECK(near.receive(told.all.get(), 0) == -1);
}

TEST_CASE("one wait is called off by its slot, and the next one is not") {
    boost::asio::io_context loop;
    auto [near, far] = test::connected(loop);
    boost::asio::cancellation_signal stop;
    answer told;
    auto with_slot = [&] { return boost::asio::bind_cancellation_slot(stop.slot(), told); };
    near.async_wait(stream_socket::wait_read, with_slot());
    stop.emit(boost::asio::cancellation_type::terminal);
    CHECK(told.count() == 0);
    turn(loop);
    REQUIRE(told.count() == 1);
    CHECK(told.all->front() == boost::asio::error::operation_aborted);
    near.async_wait(stream_socket::wait_read, with_slot());
    far.say("x");
    turn(loop);
    REQUIRE(told.count() == 2);
    CHECK_FALSE(told.all->back().failed());
    stop.emit(boost::asio::cancellation_type::terminal); // there is nothing any more
    turn(loop);
    CHECK(told.count() == 2);
}

TEST_CASE("sockets that are ready in one turn may close each other") {
    boost::asio::io_context loop;
    std::vector<std::unique_ptr<stream_socket>> all;
    std::vector<test::peer> peers;
    std::size_t told = 0;
    auto close_all = [&](error_code) {
        ++told;
        all.clear();
    };
    constexpr std::size_t count = 300; // more than are asked for at a time
    for (std::size_t i = 0; i < count; ++i) {
        std::pair<stream_socket, test::peer> both = test::connected(loop);
        all.push_back(std::make_unique<stream_socket>(std::move(both.first)));
        peers.push_back(std::move(both.second));
        all.back()->async_wait(stream_socket::wait_read, close_all);
        peers.back().say("x");
    }
    turn(loop);
    CHECK(told == count);
}

TEST_CASE("many that are ready are all told, turn by turn") {
    boost::asio::io_context loop;
    std::vector<stream_socket> all;
    std::vector<test::peer> peers;
    answer told;
    for (std::size_t i = 0; i < 300; ++i) {
        std::pair<stream_socket, test::peer> both = test::connected(loop);
        all.push_back(std::move(both.first));
        peers.push_back(std::move(both.second));
        all.back().async_wait(stream_socket::wait_read, told);
        peers.back().say("x");
    }
    turn(loop);
    CHECK(told.count() == 300);
}

TEST_CASE("what one who waited throws does not reach the others") {
    boost::asio::io_context loop;
    auto [left, to_left] = test::connected(loop);
    auto [right, to_right] = test::connected(loop);
    answer told;
    auto fail = [](error_code) { throw std::runtime_error("a bug"); };
    left.async_wait(stream_socket::wait_read, fail);
    right.async_wait(stream_socket::wait_read, told);
    to_left.say("x");
    to_right.say("x");
    CHECK_THROWS_WITH(loop.run_for(5s), "a bug");
    turn(loop);
    CHECK(told.count() == 1);
}

TEST_CASE("a loop in which nobody waits has ended, and one that ends lets go who waits") {
    auto loop = std::make_unique<boost::asio::io_context>();
    auto kept = std::make_shared<int>();
    auto [near, far] = test::connected(*loop);
    auto hold = [kept](error_code) {};
    near.async_wait(stream_socket::wait_read, hold);
    CHECK(loop->run_for(10ms) == 0);
    CHECK_FALSE(loop->stopped());
    near.cancel();
    loop->run(); // returns, since there is nothing to wait for
    CHECK(kept.use_count() == 2);
    near.async_wait(stream_socket::wait_read, hold);
    CHECK(kept.use_count() == 3);
    auto socket = std::make_shared<stream_socket>(std::move(near));
    socket->async_wait(stream_socket::wait_write, [socket](error_code) {});
    std::weak_ptr<stream_socket> last = socket;
    socket.reset();
    loop.reset();
    CHECK(kept.use_count() == 2);
    CHECK(last.expired());
}
