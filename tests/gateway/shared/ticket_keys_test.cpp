#include "gateway/shared/ticket_keys.hpp"
#include "tests/gateway/shared/cache_tools.hpp"
#include "tests/gateway/shared/stopped_holder.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <unistd.h>

using namespace postern;
using namespace std::chrono_literals;
using gateway::ticket_keys;

namespace {

struct turned_by_hand {
    ticket_keys::clock::time_point t = ticket_keys::clock::from_time_t(1'000'000);
    ticket_keys keys{test::some_memory(4096), [this] { return t; }};

    bool opens(const tls::ticket_key& k) { return keys.opening(k.name).has_value(); }
};

}

TEST_CASE("a ticket key opens what it sealed for as long as the ticket lives") {
    turned_by_hand it;
    // The first keys may turn at once; from then on one lifetime apart.
    for (int second = 0; second < 3000; second += 10) {
        auto sealed = it.keys.sealing(300s);
        auto at = it.t;
        for (auto age : {0s, 150s, 299s, 300s}) {
            it.t = at + age;
            auto found = it.keys.opening(sealed.name);
            REQUIRE(found);
            REQUIRE(found->key.secret == sealed.secret);
            if (age < 300s) it.keys.sealing(300s); // others go on sealing meanwhile
        }
        it.t = at + 10s;
    }
}

TEST_CASE("ticket keys turn once a lifetime and are forgotten after two") {
    turned_by_hand it;
    it.keys.sealing(300s);
    auto first = it.keys.sealing(300s);
    std::set<std::array<std::byte, 16>> names;
    for (int second = 0; second < 3000; ++second) {
        names.insert(it.keys.sealing(300s).name);
        it.t += 1s;
        if (second == 900) {
            CHECK_FALSE(it.opens(first));
            CHECK_FALSE(test::holds(it.keys.memory().bytes(), first.secret));
        }
    }
    CHECK(names.size() >= 9);
    CHECK(names.size() <= 11);
}

TEST_CASE("a key that no longer seals is said not to be current, so that the ticket is renewed") {
    turned_by_hand it;
    it.keys.sealing(300s);
    auto old = it.keys.sealing(300s);
    CHECK(it.keys.opening(old.name)->current);
    it.t += 299s;
    it.keys.sealing(300s);
    it.t += 3s;
    auto newer = it.keys.sealing(300s);
    REQUIRE(newer.name != old.name);
    REQUIRE(it.opens(old));
    CHECK_FALSE(it.keys.opening(old.name)->current);
    CHECK(it.keys.opening(newer.name)->current);
}

TEST_CASE("after a long silence no old ticket opens, and a new key seals") {
    turned_by_hand it;
    auto ten_minutes = it.keys.sealing(600s);
    auto old = it.keys.sealing(60s);
    it.t += 100s; // the older key is still needed, the younger is not
    CHECK_FALSE(it.opens(old));
    auto fresh = it.keys.sealing(60s);
    CHECK(fresh.secret != old.secret);
    CHECK(fresh.secret != tls::ticket_key{}.secret);
    CHECK(it.opens(ten_minutes));
    it.t += 24h;
    CHECK_FALSE(it.opens(fresh));
    CHECK(it.keys.sealing(60s).secret != fresh.secret);
}

TEST_CASE("all workers share the ticket keys") {
    auto memory = test::some_memory(4096);
    auto other = gateway::segment::adopt(dup(memory.fd()), 4096).value();
    ticket_keys one(std::move(memory)), two(std::move(other));
    auto sealed = one.sealing(300s);
    auto found = two.opening(sealed.name);
    REQUIRE(found);
    CHECK(found->key.secret == sealed.secret);
    CHECK_FALSE(two.opening(std::array<std::byte, 16>{}));
}

TEST_CASE("ticket keys without room in the segment are this process's own") {
    ticket_keys keys(test::some_memory(10));
    auto sealed = keys.sealing(300s);
    CHECK(sealed.secret != tls::ticket_key{}.secret);
    CHECK(keys.opening(sealed.name));
}

TEST_CASE("a worker that stops while it holds the ticket keys costs the others little time") {
    ticket_keys keys(test::some_memory(4096));
    auto known = keys.sealing(300s);
    test::stopped_holder stopped(keys.memory());
    auto start = std::chrono::steady_clock::now();
    for (int n = 0; n < 1000; ++n) {
        CHECK(keys.sealing(300s).name == known.name); // the last one that was seen
        CHECK(keys.opening(known.name));
    }
    CHECK(std::chrono::steady_clock::now() - start < 2s);
}
