#include "gateway/lookup/service_addresses.hpp"

#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <thread>

using namespace postern;
using namespace postern::gateway;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using endpoint = service_addresses::endpoint;
using clock_type = deadline::clock;

namespace {

endpoint at(const char* address) {
    return endpoint(tcp::endpoint(boost::asio::ip::make_address(address), 80));
}

// What the system's resolver says, and how often it was asked.
struct {
    std::vector<endpoint> all;
    errc why = errc::unavailable; // when there is none
    int asked = 0;
    std::chrono::milliseconds allowed{0};
} names;

task<result<std::vector<endpoint>>> look_up(
    boost::asio::any_io_executor, config::upstream_address to, clock_type::time_point until
) {
    CHECK(to.host == "auth.example.org");
    ++names.asked;
    names.allowed = std::chrono::round<std::chrono::milliseconds>(until - clock_type::now());
    if (names.all.empty()) co_return names.why;
    co_return names.all;
}

struct fixture {
    boost::asio::io_context loop;
    config::http_address service;
    std::string trouble;
    fixture() {
        service.host = "auth.example.org";
        names = {};
    }
    result<std::vector<endpoint>> now(service_addresses& of) {
        trouble.clear();
        auto asked = of.now(clock_type::now() + 30s, trouble);
        return test::pending<result<std::vector<endpoint>>>(loop, std::move(asked)).get();
    }
};

}

TEST_CASE_METHOD(fixture, "a service's addresses are not asked for with every login") {
    service_addresses of(loop.get_executor(), service, look_up);
    names.all = {at("192.0.2.1"), at("192.0.2.2")};
    CHECK(now(of).value() == names.all);
    names.all = {at("192.0.2.3")};
    CHECK(now(of)->size() == 2);
    CHECK(names.asked == 1);
    CHECK(names.allowed > 29s);
}

TEST_CASE_METHOD(fixture, "a service without an address is an error with its name") {
    service_addresses of(loop.get_executor(), service, look_up);
    CHECK(now(of).error() == errc::unavailable);
    CHECK(trouble == "cannot resolve auth.example.org: not available");
    names.why = errc::timed_out;
    CHECK(now(of).error() == errc::timed_out);
    names.all = {at("192.0.2.1")};
    CHECK(now(of).value() == names.all); // asked again at once
    CHECK(names.asked == 3);
}

TEST_CASE_METHOD(fixture, "addresses are asked for again, and kept where nobody can say") {
    service_addresses of(loop.get_executor(), service, look_up);
    names.all = {at("192.0.2.1")};
    CHECK(now(of).value() == names.all);
    of.put_aside(at("192.0.2.1"));
    CHECK(now(of)->size() == 1);
    CHECK(names.asked == 1); // just now
    std::this_thread::sleep_for(service_addresses::ask_again);
    names.all = {};
    CHECK(now(of).value() == std::vector{at("192.0.2.1")});
    CHECK(names.asked == 2);
    CHECK(names.allowed <= 1s); // a login does not wait long for what it does not need
    CHECK(now(of)->size() == 1);
    CHECK(names.asked == 2); // nor does each of them ask
    of.put_aside(at("192.0.2.1"));
    std::this_thread::sleep_for(service_addresses::ask_again);
    names.all = {at("192.0.2.7")};
    CHECK(now(of).value() == names.all);
}

TEST_CASE_METHOD(fixture, "an address that failed rests, for those who come later") {
    service_addresses of(loop.get_executor(), service, look_up);
    names.all = {at("192.0.2.1"), at("192.0.2.2")};
    CHECK(now(of).has_value());
    auto before = clock_type::now();
    of.put_aside(at("192.0.2.1"));
    auto later = clock_type::now() + 1ms;
    CHECK_FALSE(of.rests(at("192.0.2.1"), before));
    CHECK(of.rests(at("192.0.2.1"), later));
    CHECK_FALSE(of.rests(at("192.0.2.2"), later));
    CHECK_FALSE(of.all_rest(later));
    of.put_aside(at("192.0.2.2"));
    CHECK(of.all_rest(later + 1ms));
    of.take_back(at("192.0.2.1"));
    CHECK_FALSE(of.all_rest(later + 1ms));
}
