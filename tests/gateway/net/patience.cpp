#include "gateway/net/patience.hpp"

#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace postern;
using namespace std::chrono_literals;
using gateway::patience;

namespace {

struct listener : patience::watched {
    explicit listener(std::vector<int>& to, int n) : gone(to), number(n) {}
    void too_silent() override { gone.push_back(number); }
    std::vector<int>& gone;
    int number;
};

}

TEST_CASE("who is silent too long is told so, in the order in which all were heard") {
    boost::asio::io_context loop;
    patience all(loop.get_executor(), 60ms);
    std::vector<int> gone;
    listener a(gone, 1), b(gone, 2), c(gone, 3);
    for (auto* one : {&a, &b, &c})
        one->watch(all);
    a.heard();
    b.forget();
    test::turn_until(loop, [&] { return gone.size() == 2; });
    CHECK(gone == std::vector{3, 1});
    CHECK(all.count() == 0);
}

TEST_CASE("who is heard is kept, and who came later is watched as well") {
    boost::asio::io_context loop;
    patience all(loop.get_executor(), 100ms);
    std::vector<int> gone;
    listener kept(gone, 1), later(gone, 2);
    kept.watch(all);
    auto until = patience::clock::now() + 300ms;
    while (patience::clock::now() < until) {
        kept.heard();
        loop.restart();
        loop.run_for(10ms);
    }
    CHECK(gone.empty());
    kept.forget();
    later.watch(all); // the timer may be armed for one who has gone
    test::turn_until(loop, [&] { return gone.size() == 1; });
    CHECK(gone == std::vector{2});
}

TEST_CASE("one that outlives its patience is simply not watched any more") {
    boost::asio::io_context loop;
    std::vector<int> gone;
    listener one(gone, 1);
    {
        patience brief(loop.get_executor(), 1ms);
        one.watch(brief);
    }
    one.heard();
    CHECK(gone.empty());
}
