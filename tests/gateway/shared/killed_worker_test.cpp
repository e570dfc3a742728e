#include "tests/gateway/shared/cache_tools.hpp"
#include "tests/gateway/shared/stopped_holder.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace postern;
using namespace postern::test;
using gateway::session_cache;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t memory_bytes = 64 << 10, numbers = 2000;

std::size_t length_of(std::size_t number) { return 80 + number * 31 % 400; }

// Never returns: puts, gets and drops until it is killed. Exits with 1 when a value is not what was
// put.
[[noreturn]] void work_until_killed(session_cache& cache, std::size_t start) {
    for (auto n = start;; n = (n * 48271 + 11) % 2147483647) {
        auto number = n % numbers;
        auto found = cache.get(bytes_of(session_id(number)));
        if (found && *found != session_bytes(number, length_of(number))) _exit(1);
        if (n % 16 == 0)
            cache.drop(bytes_of(session_id(number)));
        else
            put(cache, number, length_of(number));
    }
}

pid_t start_worker(session_cache& cache, std::size_t start) {
    auto child = fork();
    if (child == 0) work_until_killed(cache, start);
    return child;
}

}

TEST_CASE("workers killed in the middle of a write neither block nor corrupt the others") {
    session_cache cache(some_memory(memory_bytes));
    auto survivor = start_worker(cache, 1);
    std::size_t killed = 0, refused = 0, wrong = 0;
    while (killed < 150) {
        auto victim = start_worker(cache, killed * 7919 + 2);
        REQUIRE(victim > 0);
        std::this_thread::sleep_for(std::chrono::microseconds(200 + killed * 37 % 3000));
        kill(victim, SIGKILL);
        int status = 0;
        REQUIRE(waitpid(victim, &status, 0) == victim);
        REQUIRE(WIFSIGNALED(status)); // it would have exited had it read a wrong value
        ++killed;
        // The others go on at once, and what they read is what was put.
        auto number = killed % numbers;
        auto found = cache.get(bytes_of(session_id(number)));
        wrong += found && *found != session_bytes(number, length_of(number));
        refused += !put(cache, number, length_of(number));
    }
    CHECK(wrong == 0);
    // Now and then the lock is not had in time on a busy machine; that it stays away is the
    // failure.
    CHECK(refused < killed / 2);
    CHECK(waitpid(survivor, nullptr, WNOHANG) == 0);
    kill(survivor, SIGKILL);
    waitpid(survivor, nullptr, 0);
    CHECK(cache.count() > 50); // it was full, and never had to be emptied
    REQUIRE(put(cache, numbers + 1, 186));
    CHECK(has(cache, numbers + 1, 186));
}

TEST_CASE("a worker that stops while it holds the cache costs the others little time") {
    session_cache cache(some_memory(memory_bytes));
    std::optional<stopped_holder> stopped(std::in_place, cache.memory());
    auto start = steady_clock::now();
    for (std::size_t n = 0; n < 1000; ++n)
        CHECK_FALSE(put(cache, n, 186));
    CHECK(steady_clock::now() - start < std::chrono::seconds(2));
    stopped.reset();
    auto until = steady_clock::now() + std::chrono::seconds(10);
    while (!put(cache, 1, 186) && steady_clock::now() < until)
        std::this_thread::yield();
    CHECK(has(cache, 1, 186));
}
