// Several services, and several addresses of one.
#include "tests/gateway/lookup/auth_service.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::gateway;
using namespace postern::gateway::test_lookup;

TEST_CASE_METHOD(fixture, "auth_http: the next service is asked when one gives no answer") {
    service second{loop};
    struct row {
        std::string first;
        const char* words; // empty: the first one rests, and is not asked
        bool then_rests;
    };
    const row rows[] = {
        {says("Auth-Server: 192.0.2.9\r\nAuth-Port: 99999\r\n"), "invalid server port", false},
        {says("Auth-Status: ok\r\n"),                            "Auth-Status",         false},
        {"SSH-2.0-OpenSSH\r\n\r\n",                              "bad ",                true },
        {"",                                                     "end of stream",       true },
        {"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",        "502",                 true },
    };
    for (auto& r : rows) {
        INFO(r.words);
        ask_in_turn({at(http), at(second)}); // nobody rests
        http.answers = {r.first, ok("Auth-User: one\r\n")};
        second.answers = {ok("Auth-User: two\r\n"), ok("Auth-User: two\r\n")};
        CHECK(route_or_not() == "192.0.2.1:143 two");
        CHECK(trouble.find(r.words) != trouble.npos);
        CHECK(trouble.find(std::to_string(at(http).port)) != trouble.npos);
        CHECK(route_or_not() == (r.then_rests ? "192.0.2.1:143 two" : "192.0.2.1:143 one"));
        CHECK(trouble.empty());
    }
}

TEST_CASE_METHOD(
    fixture, "auth_http: a silent service takes its share of the time, not all of it"
) {
    service second{loop};
    ask_in_turn({at(http), at(second)});
    settings.auth_http_timeout = 400ms;
    http.answers = {"hang"};
    second.answers = {ok()};
    auto began = std::chrono::steady_clock::now();
    CHECK(find().has_value());
    auto took = std::chrono::steady_clock::now() - began;
    CHECK(took >= 190ms);
    CHECK(trouble.find("timed out") != trouble.npos);
}

TEST_CASE_METHOD(fixture, "auth_http: those that rest are asked when there is nobody else") {
    service second{loop};
    ask_in_turn({at(http), at(second)});
    http.answers = {"", ok("Auth-User: back\r\n")};
    second.answers = {ok(), ""};
    CHECK(route_or_not() == "192.0.2.1:143 ");
    CHECK(route_or_not() == "192.0.2.1:143 back");
    CHECK(second.asked.size() == 2);
}

TEST_CASE_METHOD(fixture, "auth_http: when all fail, each is named with what is wrong with it") {
    service second{loop};
    ask_in_turn({at(http), at(second)});
    second.door.close();
    http.answers = {says("Auth-Status: OK\r\n")};
    CHECK(find().error() == errc::unavailable);
    CHECK(trouble.find("did not send server or port; ") != trouble.npos);
    CHECK(trouble.find("cannot connect: ") != trouble.npos);
    CHECK(second.asked.empty());
}

namespace {

std::vector<http_client::endpoint> both_addresses;

task<result<std::vector<http_client::endpoint>>> both(
    boost::asio::any_io_executor, config::upstream_address, http_client::clock::time_point
) {
    co_return both_addresses;
}

}

TEST_CASE_METHOD(fixture, "auth_http: the next address of a name is asked, and kept to") {
    auto port = at(http).port;
    service second{loop, tcp::endpoint(boost::asio::ip::make_address("127.0.0.2"), port)};
    both_addresses = {http.door.local_endpoint(), second.door.local_endpoint()};
    settings.auth_http[0].host = "auth.example.org";
    asks = std::make_unique<auth_http_lookup>(settings, loop.get_executor(), nullptr, both);
    http.answers = {""};
    second.answers = {ok(), ok()};
    CHECK(find().has_value());
    CHECK(
        trouble == "auth.example.org at 127.0.0.1:" + std::to_string(port) +
                       ": closed before its answer was whole: end of stream"
    );
    CHECK(second.asked[0].find("\r\nHost: auth.example.org\r\n") != std::string::npos);
    CHECK(find().has_value());
    CHECK((http.asked.size() == 1 && second.asked.size() == 2 && second.connections == 1));
}

TEST_CASE_METHOD(fixture, "auth_http: connections to where a name no longer leads are ended") {
    http_client client(loop.get_executor(), settings.auth_http[0]);
    http_client::endpoint here = http.door.local_endpoint(), there = tcp::endpoint(tcp::v4(), 1);
    http.answers = {ok(), ok()};
    std::vector<auth_http::header> lines; // lives as long as the question
    auto get = [&] {
        auto until = http_client::clock::now() + 5s;
        auto asked = client.get(here, lines, until, nullptr, trouble);
        return test::pending<result<http_answer>>(loop, std::move(asked)).get();
    };
    CHECK(get()->status == 200);
    client.keep_only(std::vector{there, here});
    CHECK(client.kept() == 1);
    client.keep_only(std::vector{there});
    CHECK(client.kept() == 0);
    CHECK(get()->status == 200);
    CHECK(http.connections == 2);
}
