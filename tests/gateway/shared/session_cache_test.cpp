#include "tests/gateway/shared/cache_tools.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>
#include <vector>

using namespace postern;
using namespace postern::test;
using gateway::session_cache;

TEST_CASE("a megabyte of shared cache holds at least 4,000 sessions") {
    // 186 bytes is the larger of both libraries' sessions without a client certificate.
    session_cache cache(some_memory(1 << 20));
    for (std::size_t n = 0; n < 20000; ++n)
        REQUIRE(put(cache, n, 186));
    CHECK(cache.count() >= 4000);
    for (std::size_t n = 20000 - 4000; n < 20000; ++n)
        REQUIRE(has(cache, n, 186));
}

TEST_CASE("the oldest session leaves the shared cache first") {
    session_cache cache(some_memory(64 << 10));
    std::size_t put_so_far = 0;
    for (; put_so_far < 1000; ++put_so_far) {
        REQUIRE(put(cache, put_so_far, 100 + put_so_far * 7 % 300));
        REQUIRE(has(cache, put_so_far, 100 + put_so_far * 7 % 300));
    }
    // What is still there is one unbroken run up to the newest one.
    auto is_there = [&](std::size_t n) { return has(cache, n, 100 + n * 7 % 300); };
    std::size_t first = 0;
    while (!is_there(first))
        ++first;
    CHECK(first > 700);
    CHECK(first < 900);
    for (auto n = first; n < put_so_far; ++n)
        CHECK(is_there(n));
    CHECK(cache.count() == put_so_far - first);
}

TEST_CASE("a session leaves the shared cache when its time is over") {
    auto t = session_cache::clock::from_time_t(1'000'000);
    session_cache cache(some_memory(8192), [&] { return t; });
    REQUIRE(cache.put(bytes_of("id"), bytes_of("session"), t + std::chrono::seconds(300)));
    t += std::chrono::seconds(299);
    CHECK(cache.get(bytes_of("id")) == "session");
    t += std::chrono::seconds(1);
    CHECK_FALSE(cache.get(bytes_of("id")));
    t -= std::chrono::seconds(100); // it was not hidden but is gone
    CHECK_FALSE(cache.get(bytes_of("id")));
}

TEST_CASE("a session that is put again replaces the old one") {
    session_cache cache(some_memory(8192));
    auto later = session_cache::clock::now() + std::chrono::hours(1);
    REQUIRE(cache.put(bytes_of("id"), bytes_of("first"), later));
    REQUIRE(cache.put(bytes_of("id"), bytes_of("second"), later));
    CHECK(cache.get(bytes_of("id")) == "second");
    CHECK(cache.count() == 1);
    cache.drop(bytes_of("id"));
    CHECK_FALSE(cache.get(bytes_of("id")));
    CHECK(cache.count() == 0);
}

TEST_CASE("nothing of a dropped, replaced, expired or evicted session stays in memory") {
    auto t = session_cache::clock::now();
    session_cache cache(some_memory(8192), [&] { return t; });
    auto later = t + std::chrono::hours(1);
    auto remains = [&](std::string_view secret) {
        return holds(cache.memory().bytes(), bytes_of(secret));
    };
    REQUIRE(cache.put(bytes_of("a"), bytes_of("secret of a"), later));
    REQUIRE(cache.put(bytes_of("b"), bytes_of("secret of b"), later));
    REQUIRE(cache.put(bytes_of("c"), bytes_of("secret of c"), t + std::chrono::seconds(1)));
    REQUIRE(cache.put(bytes_of("d"), bytes_of("secret of d"), later));
    REQUIRE(remains("secret of a"));
    cache.drop(bytes_of("a"));
    CHECK_FALSE(remains("secret of a"));
    REQUIRE(cache.put(bytes_of("b"), bytes_of("newer"), later));
    CHECK_FALSE(remains("secret of b"));
    t += std::chrono::seconds(2);
    CHECK_FALSE(cache.get(bytes_of("c")));
    CHECK_FALSE(remains("secret of c"));
    for (std::size_t n = 0; n < 40; ++n)
        REQUIRE(put(cache, n, 186));
    CHECK_FALSE(remains("secret of d"));
}

TEST_CASE("what does not fit is refused and harms nobody") {
    session_cache cache(some_memory(8192));
    auto later = session_cache::clock::now() + std::chrono::hours(1);
    REQUIRE(put(cache, 1, 186));
    CHECK_FALSE(cache.put(bytes_of("id"), bytes_of(std::string(4000, 'x')), later));
    CHECK_FALSE(cache.put(bytes_of("id"), bytes_of(std::string(70000, 'x')), later));
    CHECK_FALSE(cache.put(bytes_of(std::string(65, 'i')), bytes_of("x"), later));
    CHECK_FALSE(cache.put(bytes_of(""), bytes_of("x"), later));
    CHECK_FALSE(cache.get(bytes_of("")));
    CHECK(cache.put(bytes_of(std::string(64, 'i')), bytes_of(""), later));
    CHECK(cache.get(bytes_of(std::string(64, 'i'))) == "");
    CHECK(has(cache, 1, 186));

    session_cache tiny(some_memory(100)); // keeps nothing, but is no danger
    CHECK_FALSE(tiny.put(bytes_of("id"), bytes_of("x"), later));
    CHECK_FALSE(tiny.get(bytes_of("id")));
    tiny.drop(bytes_of("id"));
    CHECK(tiny.count() == 0);
}

TEST_CASE("two views of one segment are one cache") {
    auto memory = some_memory(32 << 10);
    auto other = gateway::segment::adopt(dup(memory.fd()), 32 << 10);
    REQUIRE(other.has_value());
    session_cache one(std::move(memory)), two(std::move(*other));
    REQUIRE(put(one, 7, 186));
    CHECK(has(two, 7, 186));
    two.drop(bytes_of(session_id(7)));
    CHECK_FALSE(has(one, 7, 186));
}

TEST_CASE("a segment of another size than promised is not taken") {
    auto memory = some_memory(8192);
    CHECK(gateway::segment::adopt(dup(memory.fd()), 16384).has_error());
    CHECK(ftruncate(memory.fd(), 0) != 0);
    CHECK(ftruncate(memory.fd(), 1 << 20) != 0);
    CHECK(gateway::segment::adopt(-1, 8192).has_error());
}

TEST_CASE("whatever stands in the segment, the cache neither crashes nor lies") {
    // Every word of the bookkeeping replaced by every kind of nonsense, and then used.
    constexpr std::size_t size = 8192;
    for (std::uint32_t nonsense :
         {1u,
          4u,
          60u,
          64u,
          132u,
          4096u,
          8188u,
          8192u,
          0x00200020u,
          0x7fffffffu,
          0xfffffffcu,
          0xffffffffu})
        for (std::size_t at = 0; at < size; at += at < 512 ? 4 : 52) {
            session_cache cache(some_memory(size));
            bool kept = true, told_true = true; // one assertion for all looks, which is faster
            for (std::size_t n = 0; n < 40; ++n)
                kept = put(cache, n, 150 + n) && kept;
            REQUIRE(kept);
            auto word = reinterpret_cast<std::uint32_t*>(cache.memory().bytes().data() + at);
            *word = nonsense;
            for (std::size_t n = 0; n < 40; ++n) {
                auto found = cache.get(bytes_of(session_id(n)));
                told_true = (!found || *found == session_bytes(n, 150 + n)) && told_true;
            }
            REQUIRE(told_true);
            cache.count();
            for (std::size_t n = 40; n < 80; ++n)
                put(cache, n, 150 + n);
            REQUIRE(put(cache, 99, 200)); // at the latest now it has recovered
            REQUIRE(has(cache, 99, 200));
        }
}
