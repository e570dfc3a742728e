#include "tests/gateway/lookup/auth_service.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::gateway;
using namespace postern::gateway::test_lookup;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1))
        ++n;
    return n;
}

}

TEST_CASE_METHOD(fixture, "auth_http asks in nginx's words and keeps its connection") {
    http.answers = {ok("Auth-User: bob\r\n"), ok(), ok()};
    CHECK(route_or_not() == "192.0.2.1:143 bob");
    CHECK(route_or_not() == "192.0.2.1:143 ");
    CHECK(route_or_not() == "192.0.2.1:143 ");
    CHECK(http.connections == 1);
    auto& head = http.asked[0];
    CHECK(head.starts_with("GET /auth?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
    CHECK(
        head.find("\r\nAuth-Method: plain\r\nAuth-User: alice\r\nAuth-Pass: sesame\r\n"
                  "Auth-Protocol: imap\r\nAuth-Login-Attempt: 1\r\nClient-IP: 192.0.2.7\r\n"
        ) != head.npos
    );
}

TEST_CASE_METHOD(fixture, "auth_http: what a client says cannot become a header line") {
    http.answers = {ok()};
    login.user = "alice\r\nAuth-Method: none\r\n\r\nGET / HTTP/1.1\r\n";
    login.password = secret(std::string_view("a\0b\n%", 5));
    CHECK(find().has_value());
    loop.restart();
    loop.poll();
    REQUIRE(http.asked.size() == 1);
    auto& head = http.asked[0];
    CHECK(count(head, "\r\nAuth-Method: ") == 1);
    CHECK(head.find("Auth-User: alice%0D%0AAuth-Method:%20none%0D%0A%0D%0AGET%20/") != head.npos);
    CHECK(head.find("\r\nAuth-Pass: a%00b%0A%25\r\n") != head.npos);
}

TEST_CASE_METHOD(fixture, "auth_http: a header that could break the request is not sent at all") {
    settings.auth_http_headers.emplace_back("X-Key", "a\r\nAuth-User: root");
    http.answers = {ok()};
    CHECK(find().error() == errc::bad_reply);
    CHECK(http.asked.empty());
}

TEST_CASE_METHOD(fixture, "auth_http: a kept connection that died is replaced, once") {
    http.answers = {"!" + ok(), ok(), "", ok()};
    CHECK(find().has_value()); // and the service closes
    CHECK(find().has_value());
    CHECK(http.connections == 2);
    CHECK(find().has_value()); // closed upon the request: asked again on a fresh connection
    CHECK(http.connections == 3);
    http.answers = {"", ""};
    CHECK(find().error() == errc::unavailable);
    CHECK(http.connections == 4); // not for ever
}

TEST_CASE_METHOD(fixture, "auth_http: bodies are read away when small, else the connection goes") {
    std::string small = "HTTP/1.1 403 Oops\r\nAuth-Server: 192.0.2.1\r\nAuth-Port: 143\r\n"
                        "Content-Length: 5\r\n\r\nhello";
    std::string chunked = "HTTP/1.1 200 OK\r\nAuth-Server: 192.0.2.1\r\nAuth-Port: 143\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    std::string large = "HTTP/1.1 200 OK\r\nAuth-Server: 192.0.2.1\r\nAuth-Port: 143\r\n"
                        "Content-Length: 900000\r\n\r\nx";
    http.answers = {small, chunked, large, ok()};
    for (int connections : {1, 1, 1, 2}) {
        CHECK(route_or_not() == "192.0.2.1:143 ");
        CHECK(http.connections == connections);
    }
}

TEST_CASE_METHOD(fixture, "auth_http: answers that nobody can act on are errors with a reason") {
    struct row {
        std::string answer;
        errc why;
        std::string words;
    };
    auto refused = [](std::string lines, std::string words) {
        return row{says(lines), errc::bad_reply, words};
    };
    const row rows[] = {
        row{"SSH-2.0-OpenSSH\r\n\r\n",      errc::bad_reply,   ""},
        row{"!HTTP/1.1 200 OK\r\nAuth-Sta", errc::unavailable, ""},
        refused("Auth-Status: OK\r\n", "did not send server or port"),
        refused("Auth-Server: ../x\r\nAuth-Port: 1\r\n", "invalid server address"),
        refused("X: " + std::string(20000, 'x') + "\r\n", ""),
    };
    for (auto& r : rows) {
        INFO(r.answer.substr(0, 60));
        http.answers = {r.answer};
        auto v = find();
        REQUIRE(v.has_error());
        CHECK(v.error() == r.why);
        CHECK(!trouble.empty());
        CHECK(trouble.find(r.words) != trouble.npos);
    }
}

TEST_CASE_METHOD(fixture, "auth_http: an answer of twelve kilobytes is still one") {
    http.answers = {ok("X-Token: " + std::string(12000, 't') + "\r\n")};
    CHECK(find().has_value());
}

TEST_CASE_METHOD(fixture, "auth_http: a service that does not answer is given up in time") {
    settings.auth_http_timeout = 60ms;
    http.answers = {"hang"};
    auto began = std::chrono::steady_clock::now();
    CHECK(find().error() == errc::timed_out);
    CHECK(std::chrono::steady_clock::now() - began < 2s);
    http.door.close();
    CHECK(find().error() == errc::unavailable);
    CHECK(trouble.find("refused") != trouble.npos);
}

TEST_CASE_METHOD(fixture, "auth_http: a refusal keeps its words, and its wait decides on a retry") {
    http.answers = {
        says("Auth-Status: go away\r\nAuth-Wait: 3\r\nAuth-Error-Code: 535 5.7.8\r\n"),
        says("Auth-Status: go away\r\nAuth-Server: 192.0.2.1\r\nAuth-Port: 143\r\n"),
    };
    protocol = config::mail_protocol::smtp;
    auto first = find();
    auto& no = std::get<denial>(*first);
    CHECK(no.what.text == "go away");
    CHECK(no.what.code == "535 5.7.8");
    CHECK(no.wait == 3s);
    CHECK(no.may_retry);
    auto second = find();
    CHECK_FALSE(std::get<denial>(*second).may_retry);
}

TEST_CASE_METHOD(fixture, "auth_http: WAIT without a time is a second, not a flood") {
    http.answers = {says("Auth-Status: WAIT\r\n"), ok()};
    auto began = std::chrono::steady_clock::now();
    CHECK(route_or_not() == "192.0.2.1:143 ");
    CHECK(std::chrono::steady_clock::now() - began >= 1s);
    CHECK(http.asked.size() == 2);
    CHECK(http.asked[0] == http.asked[1]); // the same attempt number
}

TEST_CASE_METHOD(fixture, "auth_http: a server error without an Auth-Status is no answer") {
    http.answers = {
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Oops\r\nAuth-Server: 192.0.2.1\r\nAuth-Port: 143\r\n"
        "Content-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Oops\r\nAuth-Status: no\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n",
    };
    CHECK(find().error() == errc::unavailable);
    CHECK(trouble.find("HTTP status 503 and without Auth-Status") != trouble.npos);
    CHECK(find().error() == errc::unavailable); // nginx would go there
    CHECK(route_or_not() == "denied: no");
    CHECK(find().error() == errc::bad_reply);
    CHECK(trouble.find("did not send server or port (HTTP status 404)") != trouble.npos);
}

TEST_CASE_METHOD(fixture, "auth_http: a digest is asked about anew after each WAIT") {
    login.how = sasl::credentials::method::cram_md5;
    login.challenge = "<1.2@gw.example.org>";
    http.answers = {says("Auth-Status: WAIT\r\nAuth-Wait: 1\r\n"), ok("Auth-Pass: given\r\n")};
    CHECK(find().has_value());
    REQUIRE(http.asked.size() == 2);
    CHECK(http.asked[0] == http.asked[1]); // nginx loses it
    auto lines = "\r\nAuth-Pass: sesame\r\nAuth-Salt: <1.2@gw.example.org>\r\n";
    CHECK(http.asked[1].find(lines) != std::string::npos);
    CHECK(http.asked[1].find("\r\nAuth-Method: cram-md5\r\n") != std::string::npos);
}
