// The ticket keys' memory as a hostile worker leaves it: nothing crashes, there is always a key, it
// opens something, and it is none that stays for ever.
#include "gateway/shared/ticket_keys.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace postern;
using gateway::ticket_keys;
using namespace std::chrono_literals;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    auto now = ticket_keys::clock::from_time_t(1'000'000);
    ticket_keys keys(gateway::segment::make("fuzz", ticket_keys::needed).value(), [&] {
        return now;
    });
    auto memory = keys.memory().bytes();
    auto input = std::as_bytes(std::span(data, std::min(length, memory.size())));
    // The same for every lifetime, as far as it goes: a fuzzer need not find the pair it is about.
    for (std::size_t at = 0; !input.empty() && at + input.size() <= memory.size();
         at += std::max<std::size_t>(input.size(), 120))
        std::ranges::copy(input, memory.begin() + static_cast<std::ptrdiff_t>(at));
    for (auto lifetime : {1s, 300s, 86400s}) {
        auto key = keys.sealing(lifetime);
        if (!keys.opening(key.name)) std::abort();
        now += 4 * lifetime;
        if (keys.sealing(lifetime).secret == key.secret) std::abort();
    }
    return 0;
}
