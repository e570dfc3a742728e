// What processes or threads share, under ThreadSanitizer: many of them at once use one zone of
// sessions, one set of ticket keys, and the signing process's ring of keys. Whatever it sees is
// printed and makes the exit status 66.
#include "gateway/shared/ticket_keys.hpp"
#include "gateway/signing/key_ring.hpp"
#include "tests/gateway/shared/cache_tools.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace postern;
using namespace std::chrono_literals;

namespace {

constexpr int workers = 6;

void require(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::_Exit(EXIT_FAILURE);
}

// As another worker maps it.
gateway::segment again(const gateway::segment& memory) {
    return gateway::segment::adopt(::dup(memory.fd()), memory.bytes().size()).value();
}

template <class Work> void at_once(Work work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < workers; ++i)
        threads.emplace_back(work, i);
    for (auto& t : threads)
        t.join();
}

// So small that the ring turns again and again, and the same ids come from all.
void sessions() {
    auto memory = test::some_memory(16384);
    std::atomic<int> found{0};
    at_once([&](int me) {
        gateway::session_cache cache(again(memory));
        for (std::size_t i = 0; i < 2000; ++i) {
            auto number = (i * 7 + static_cast<std::size_t>(me)) % 40;
            if (i % 3 == 0) test::put(cache, number, 100 + number * 3);
            found += test::has(cache, number, 100 + number * 3);
            if (i % 50 == 0) cache.drop(test::bytes_of(test::session_id(number)));
            if (i % 500 == 0) (void)cache.count();
        }
    });
    require(found > workers * 100, "sessions that one worker keeps are found by the others");
    gateway::session_cache last(again(memory));
    require(last.count() > 0, "the zone is whole afterwards");
}

// Short lifetimes, so that keys turn meanwhile.
void tickets() {
    auto memory = test::some_memory(gateway::ticket_keys::needed);
    std::atomic<std::int64_t> second{1'000'000};
    std::atomic<int> opened{0};
    at_once([&](int me) {
        auto now = [&second] {
            return std::chrono::system_clock::from_time_t(static_cast<std::time_t>(second.load()));
        };
        gateway::ticket_keys keys(again(memory), now);
        for (int i = 0; i < 2000; ++i) {
            auto lifetime = std::chrono::seconds(1 + i % 5);
            opened += keys.opening(keys.sealing(lifetime).name).has_value();
            if (me == 0 && i % 20 == 0) ++second;
        }
    });
    require(opened > workers * 1000, "what one worker seals all can open");
}

tls::withheld_key key(std::byte name) {
    tls::withheld_key made;
    made.id.fill(name);
    return made;
}

void keys() {
    gateway::key_ring ring;
    std::atomic<bool> done{false};
    std::vector<std::thread> desks;
    for (int i = 0; i < workers; ++i)
        desks.emplace_back([&] {
            while (!done)
                for (int name = 1; name < 4; ++name)
                    if (auto one = ring.find(key(std::byte(name)).id))
                        require(one->id == key(std::byte(name)).id, "the key that was asked for");
        });
    auto t = gateway::key_ring::clock::now();
    for (int i = 0; i < 500; ++i) {
        std::vector<tls::withheld_key> fresh;
        fresh.push_back(key(std::byte(1 + i % 3)));
        ring.add(std::move(fresh), t);
        ring.forget_old(t += 1min);
    }
    done = true;
    for (auto& d : desks)
        d.join();
    require(ring.find(key(std::byte(2)).id) != nullptr, "the newest key is there");
}

}

int main() {
    sessions();
    tickets();
    keys();
    std::puts("sessions, tickets and keys are shared without a race");
}
