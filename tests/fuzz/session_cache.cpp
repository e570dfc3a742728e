// A shared cache whose memory holds whatever a hostile worker left there: nothing may crash or
// hang, and a session that is put afterwards is the session that is got.
#include "gateway/shared/session_cache.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace postern::gateway;

namespace {

// Where the header and the first buckets end; a fuzzer finds no record by chance further on.
constexpr std::size_t size = 4096, ring = 64 + 4 * (size / 512);

std::span<const std::byte> id_of(const std::uint8_t& letter) {
    return std::as_bytes(std::span(&letter, 1));
}

// The input: 8 bytes of head and tail, one bucket word for all buckets, the rest is the ring.
void overwrite(std::span<std::byte> memory, std::span<const std::uint8_t> input) {
    auto bytes = std::as_bytes(input);
    auto take = [&](std::size_t n) {
        auto some = bytes.first(std::min(n, bytes.size()));
        bytes = bytes.subspan(some.size());
        return some;
    };
    std::ranges::copy(take(8), memory.begin());
    auto word = take(4);
    for (std::size_t at = 64; at < ring; at += 4)
        std::ranges::copy(word, memory.begin() + static_cast<std::ptrdiff_t>(at));
    std::ranges::copy(take(size - ring), memory.begin() + ring);
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    auto now = session_cache::clock::from_time_t(1'000'000);
    session_cache cache(segment::make("fuzz", size).value(), [&] { return now; });
    auto later = now + std::chrono::hours(1);
    for (std::uint8_t id = 0; id < 4; ++id)
        cache.put(id_of(id), std::as_bytes(std::span("before")), later);
    overwrite(cache.memory().bytes(), {data, length});
    cache.count();
    for (std::uint8_t id = 0; id < 8; ++id)
        cache.get(id_of(id));
    cache.drop(id_of(2));
    std::string session(300, 's');
    bool kept = false;
    for (std::uint8_t id = 0; id < 40; ++id)
        kept = cache.put(id_of(id), std::as_bytes(std::span(session)), later);
    std::uint8_t last = 39;
    if (!kept || cache.get(id_of(last)) != session) std::abort();
    return 0;
}
