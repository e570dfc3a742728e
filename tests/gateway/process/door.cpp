#include "gateway/process/door.hpp"

#include "gateway/net/address.hpp"
#include "gateway/process/sockets.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <new>
#include <sys/resource.h>
#include <sys/socket.h>
#include <vector>

using namespace postern;
using namespace postern::gateway;
using namespace std::chrono_literals;

namespace {

// A listening socket with a door before it, and clients.
struct house : door::keeper {
    house() {
        config::settings settings;
        settings.servers.resize(1);
        settings.servers[0].listen.resize(1);
        settings.servers[0].listen[0].host = "127.0.0.1";
        REQUIRE(all.open(settings, 1).empty());
        all.keep();
        auto place = all.of_worker(0).at(0);
        socklen_t size = sizeof address;
        ::getsockname(place.fd, reinterpret_cast<sockaddr*>(&address), &size);
        front = std::make_shared<door>(loop, duplicate(place.fd), *this);
        front->belongs_to(3, 1);
    }
    bool has_room() override { return inside.size() < room; }
    void enter(door::client who, const door::address& from, const door& where) override {
        CHECK(name_of(from).address == "127.0.0.1");
        CHECK((where.server() == 3 && where.listener() == 1));
        if (no_memory > 0 && no_memory--) throw std::bad_alloc();
        inside.push_back(std::move(who));
    }
    void is_full(int error) override {
        ++turned_away;
        last_error = error;
    }
    void knock() {
        auto& one = clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::connect(one.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    void run_until(std::size_t guests) {
        auto end = std::chrono::steady_clock::now() + 10s;
        while (inside.size() < guests && std::chrono::steady_clock::now() < end)
            loop.run_one_for(100ms);
    }

    boost::asio::io_context loop;
    sockets all;
    sockaddr_in address{};
    std::shared_ptr<door> front;
    std::vector<descriptor> clients;
    std::vector<door::client> inside;
    std::size_t room = 1000;
    int turned_away = 0, last_error = 0, no_memory = 0;
};

// So few descriptors that accept(2) has none left.
struct no_descriptors {
    no_descriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before);
        auto less = before;
        less.rlim_cur = 3;
        ::setrlimit(RLIMIT_NOFILE, &less);
    }
    ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
    rlimit before{};
};

}

TEST_CASE("a door lets in who comes") {
    house h;
    h.front->open();
    for (int i = 0; i < 40; ++i)
        h.knock();
    h.run_until(40);
    CHECK(h.inside.size() == 40);
    CHECK(h.turned_away == 0);
}

TEST_CASE("a full house does not spin, and lets the next one in when there is room") {
    house h;
    h.room = 2;
    h.front->open();
    for (int i = 0; i < 3; ++i)
        h.knock();
    h.loop.run_for(350ms);
    CHECK(h.inside.size() == 2);
    CHECK(h.turned_away >= 1);
    CHECK(h.turned_away <= 5);
    CHECK(h.last_error == 0);
    h.room = 3;
    h.run_until(3);
    CHECK(h.inside.size() == 3);
}

TEST_CASE("without descriptors a door waits, and goes on when there are some") {
    house h;
    h.front->open();
    h.knock();
    {
        no_descriptors left;
        h.loop.run_for(350ms);
    }
    CHECK(h.inside.empty());
    CHECK(h.turned_away >= 1);
    CHECK(h.turned_away <= 5);
    CHECK(h.last_error == EMFILE);
    h.run_until(1);
    CHECK(h.inside.size() == 1);
}

TEST_CASE("a door that closes takes in who waits already, or leaves them outside") {
    house h;
    h.front->open();
    h.loop.poll();
    for (int i = 0; i < 20; ++i)
        h.knock();
    auto first = GENERATE(door::waiting::come_in, door::waiting::stay_out);
    h.front->close(first);
    CHECK(h.inside.size() == (first == door::waiting::come_in ? 20 : 0));
    h.loop.run(); // nothing is left to wait for
    h.front->close(first);
}

TEST_CASE("a door that had no memory for one client lets in the next ones") {
    house h;
    h.front->open();
    h.no_memory = 2;
    for (int i = 0; i < 10; ++i)
        h.knock();
    h.run_until(8);
    CHECK(h.inside.size() == 8);
    CHECK(h.turned_away == 2);
    CHECK(h.last_error == ENOMEM);
    h.front->close(door::waiting::stay_out);
}
