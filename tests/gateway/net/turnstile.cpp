#include "gateway/net/turnstile.hpp"

#include "tests/support/catch.hpp"

#include <memory>
#include <vector>

using namespace postern::gateway;
using namespace std::chrono_literals;

namespace {

using places = std::vector<std::unique_ptr<turnstile::place>>;

places come(turnstile& at, std::size_t number) {
    places out;
    for (std::size_t i = 0; i < number; ++i)
        out.push_back(std::make_unique<turnstile::place>(at));
    return out;
}

// Who passes now; they leave the line.
std::size_t pass(places& all, turnstile::clock::time_point now) {
    return std::erase_if(all, [&](auto& one) { return one->may_pass(now); });
}

}

TEST_CASE("without a rate everybody passes") {
    turnstile at;
    auto all = come(at, 1000);
    CHECK(pass(all, turnstile::clock::now()) == 1000);
}

TEST_CASE("so many pass in a second, in the order in which they came") {
    turnstile at;
    std::size_t complaints = 0, waiting = 0;
    at.set(10, [&](std::size_t n) {
        ++complaints;
        waiting = n;
    });
    auto now = turnstile::clock::now() + 1s;
    auto all = come(at, 35);
    auto* last = all.back().get();
    CHECK_FALSE(last->may_pass(now));
    CHECK(pass(all, now) == 10);
    CHECK(pass(all, now) == 0);
    CHECK(complaints == 1); // not one for each
    CHECK(waiting == 35);
    CHECK(all.size() == 25);
    CHECK(pass(all, now + 100ms) == 1);
    CHECK(pass(all, now + 1100ms) == 10);
    CHECK(pass(all, now + 60s) == 10); // what was not used is not saved up
    pass(all, now + 60s);
    CHECK(complaints == 2);
}

TEST_CASE("who leaves the line holds up nobody") {
    turnstile at;
    at.set(5, nullptr);
    auto now = turnstile::clock::now() + 1s;
    auto first = come(at, 500);
    auto behind = come(at, 5);
    CHECK(pass(behind, now) == 0);
    CHECK(behind[0]->pause() == 500ms);
    first.clear();
    CHECK(behind[0]->pause() == 200ms);
    CHECK(pass(behind, now) == 5);
}
