#include "gateway/shared/ticket_keys.hpp"
#include "tests/gateway/shared/cache_tools.hpp"
#include "tests/gateway/shared/stopped_holder.hpp"
#include "tests/support/catch.hpp"

#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <thread>
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
    it.t += 1s; // within a second it would be the same
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
    auto longer = it.keys.sealing(120s);
    it.t += 1s;
    auto old = it.keys.sealing(65s);
    it.t += 100s; // the older key is still needed, the younger is not
    CHECK_FALSE(it.opens(old));
    auto fresh = it.keys.sealing(65s);
    CHECK(fresh.secret != old.secret);
    CHECK(fresh.secret != tls::ticket_key{}.secret);
    CHECK(it.opens(longer));
    it.t += 24h;
    CHECK_FALSE(it.opens(fresh));
    CHECK(it.keys.sealing(65s).secret != fresh.secret);
}

TEST_CASE("a long ssl_session_timeout does not keep the keys of a short one alive") {
    turned_by_hand it;
    std::set<std::array<std::byte, 16>> of_a_day, of_minutes;
    auto first = it.keys.sealing(300s);
    for (int minute = 0; minute < 120; ++minute) {
        of_a_day.insert(it.keys.sealing(24h).name);
        of_minutes.insert(it.keys.sealing(300s).name);
        it.t += 60s;
        if (minute == 12) CHECK_FALSE(test::holds(it.keys.memory().bytes(), first.secret));
    }
    CHECK(of_a_day.size() <= 2); // the very first key turns at once
    CHECK(of_minutes.size() >= 18);
    CHECK(of_minutes.size() <= 26);
}

TEST_CASE("every lifetime has a key, and a changed ssl_session_timeout loses no ticket") {
    turned_by_hand it;
    std::vector<tls::ticket_key> sealed;
    auto lifetimes = {0s, 1s, 2s, 299s, 300s, 3600s, 86400s, 31536000s, 2147483647s, 99999999999s};
    for (auto lifetime : lifetimes) {
        sealed.push_back(it.keys.sealing(lifetime));
        CHECK(sealed.back().secret != tls::ticket_key{}.secret);
    }
    for (auto& key : sealed)
        CHECK(it.keys.opening(key.name)->key.secret == key.secret);
    it.t += 2147483600s;
    CHECK(it.opens(sealed.back()));
    CHECK_FALSE(it.opens(sealed[4]));
}

TEST_CASE("a worker that was taken over cannot keep a ticket key that it knows") {
    turned_by_hand it;
    auto known = it.keys.sealing(300s);
    auto memory = it.keys.memory().bytes();
    // Whatever words say how long a key is needed, they now say: for ever.
    for (std::size_t at = 0; at + 8 <= memory.size(); at += 8) {
        std::int64_t word = 0;
        std::memcpy(&word, &memory[at], 8);
        if (word < 1'000'000 || word > 1'001'000) continue;
        word = std::numeric_limits<std::int64_t>::max();
        std::memcpy(&memory[at], &word, 8);
    }
    ticket_keys other(gateway::segment::adopt(dup(it.keys.memory().fd()), 4096).value(), [&] {
        return it.t;
    });
    CHECK(other.sealing(300s).secret != known.secret);
    CHECK_FALSE(other.opening(known.name));
    CHECK_FALSE(test::holds(memory, known.secret));
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

TEST_CASE("while the ticket keys are held by a stopped worker they turn all the same") {
    turned_by_hand it;
    auto known = it.keys.sealing(300s);
    std::optional<test::stopped_holder> stopped(std::in_place, it.keys.memory());
    it.t += 301s; // as long as it would have been kept
    auto own = it.keys.sealing(300s);
    CHECK(own.secret != known.secret);
    CHECK_FALSE(it.opens(known));
    CHECK(it.keys.sealing(300s).secret == own.secret);
    CHECK(it.opens(own));
    it.t += 301s;
    CHECK(it.keys.sealing(300s).secret != own.secret);
    auto last = it.keys.sealing(300s);
    stopped.reset();
    std::this_thread::sleep_for(1100ms);                // it has learned not to wait for a second
    CHECK(it.opens(last));                              // what was sealed meanwhile is good
    CHECK(it.keys.sealing(300s).secret != last.secret); // and the others' key is used again
}
