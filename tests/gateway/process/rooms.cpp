#include "gateway/process/session_rooms.hpp"
#include "gateway/process/zones.hpp"
#include "tests/gateway/shared/cache_tools.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::gateway;
using test::bytes_of;

namespace {

config::settings with_zones(std::vector<std::pair<std::string, std::size_t>> all) {
    config::settings s;
    for (auto& [name, bytes] : all) {
        auto& server = s.servers.emplace_back();
        server.tls.cache.zone = name;
        server.tls.cache.zone_bytes = bytes;
    }
    return s;
}

// What a master's zones give a worker.
bundle lent(zones& from, const config::settings& settings) {
    REQUIRE(from.open(settings).has_value());
    from.keep();
    bundle b;
    REQUIRE(from.lend(b).has_value());
    return b;
}

auto later() { return tls::session_store::clock::now() + std::chrono::hours(1); }

}

TEST_CASE("sessions and ticket keys survive a reload, and all workers see them") {
    zones master;
    session_rooms one, two;
    auto settings = with_zones({
        {"SSL",   65536},
        {"other", 65536},
        {"SSL",   65536}
    });
    auto first = lent(master, settings), second = lent(master, settings);
    CHECK(first.zones.size() == 2);
    REQUIRE(one.take(first).has_value());
    REQUIRE(two.take(second).has_value());
    auto cache = one.places().zone("SSL");
    REQUIRE(cache);
    CHECK(one.places().zone("other") != cache);
    CHECK(one.places().zone("none") == nullptr);
    REQUIRE(cache->put(bytes_of("id"), bytes_of("session"), later()));
    auto sealed = one.places().keys->sealing(std::chrono::seconds(300));

    auto again = lent(master, settings);
    REQUIRE(two.take(again).has_value());
    CHECK(two.places().zone("SSL")->get(bytes_of("id")) == "session");
    CHECK_FALSE(two.places().zone("other")->get(bytes_of("id")));
    CHECK(two.places().keys->opening(sealed.name));
}

TEST_CASE("a zone of another size is a new one, and the old one stays for those who use it") {
    zones master;
    session_rooms rooms;
    auto first = lent(
        master,
        with_zones({
            {"SSL", 65536}
    })
    );
    REQUIRE(rooms.take(first).has_value());
    auto old = rooms.places().zone("SSL");
    auto user = std::make_shared<const generation>();
    rooms.used_by(user);
    REQUIRE(old->put(bytes_of("id"), bytes_of("session"), later()));
    for (auto size : {131072u, 65536u, 131072u}) {
        auto next = lent(
            master,
            with_zones({
                {"SSL", size}
        })
        );
        REQUIRE(rooms.take(next).has_value());
        CHECK(rooms.places().zone("SSL") != old);
        CHECK_FALSE(rooms.places().zone("SSL")->get(bytes_of("id")));
        CHECK(old->get(bytes_of("id")) == "session");
    }
    user.reset();
    auto last = lent(master, with_zones({}));
    REQUIRE(rooms.take(last).has_value());
    CHECK(rooms.places().zone("SSL") == nullptr);
}

TEST_CASE("zones that cannot be mapped change nothing") {
    zones master;
    session_rooms rooms;
    auto good = lent(
        master,
        with_zones({
            {"SSL", 65536}
    })
    );
    REQUIRE(rooms.take(good).has_value());
    auto cache = rooms.places().zone("SSL");
    auto bad = lent(
        master,
        with_zones({
            {"SSL",  65536},
            {"more", 65536}
    })
    );
    bad.zones[1].bytes = 12345;
    CHECK(rooms.take(bad).has_error());
    CHECK(rooms.places().zone("SSL") == cache);
}

TEST_CASE("a worker's own cache of one size is one cache, over reloads too") {
    session_rooms rooms;
    auto cache = rooms.places().builtin(100);
    CHECK(cache == rooms.places().builtin(100));
    CHECK(cache != rooms.places().builtin(200));
}
