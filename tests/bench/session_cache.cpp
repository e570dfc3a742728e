// How many sessions does a megabyte of ssl_session_cache shared hold, and what does one cost?
#include "tests/gateway/shared/cache_tools.hpp"

#include <chrono>
#include <cstdio>

using namespace postern;
using namespace postern::test;
using clock_type = std::chrono::steady_clock;

namespace {

void measure(const char* what, std::size_t id_bytes, std::size_t bytes) {
    constexpr std::size_t rounds = 40000;
    gateway::session_cache cache(some_memory(1 << 20));
    auto id_of = [&](std::size_t n) { return session_id(n).substr(48 - id_bytes); };
    auto value = session_bytes(1, bytes);
    auto later = gateway::session_cache::clock::now() + std::chrono::hours(1);
    auto per_call = [](clock_type::time_point since) {
        return std::chrono::duration<double, std::micro>(clock_type::now() - since).count() /
               rounds;
    };
    auto start = clock_type::now();
    for (std::size_t n = 0; n < rounds; ++n)
        cache.put(bytes_of(id_of(n)), bytes_of(value), later);
    auto put_cost = per_call(start);
    auto held = cache.count();
    start = clock_type::now();
    for (std::size_t n = 0; n < rounds; ++n)
        cache.get(bytes_of(id_of(rounds - 1 - n % held)));
    std::printf(
        "%-44s %6zu sessions a MiB, put %.2f us, get %.2f us\n",
        what,
        held,
        put_cost,
        per_call(start)
    );
}

}

int main() {
    measure("BoringSSL, TLS 1.2: 129 bytes, id 32", 32, 129);
    measure("wolfSSL, TLS 1.2: 186 bytes, id 32", 32, 186);
    measure("186 bytes, id 48", 48, 186);
    measure("with a client certificate: 1100 bytes, id 32", 32, 1100);
}
