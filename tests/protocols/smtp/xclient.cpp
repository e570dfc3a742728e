#include "protocols/smtp/xclient.hpp"

#include "tests/support/catch.hpp"

using namespace postern;

TEST_CASE("An EHLO reply tells the mechanisms and the XCLIENT attributes") {
    auto got =
        smtp::read_announced("250-mx AUTH PLAIN XCLIENT\r\n250-SIZE 1\r\n250-auth login  plain\r\n"
                             "250-XClient Name addr\r\n250 8BITMIME\r\n");
    CHECK(got.auth_plain);
    CHECK(got.auth_login);
    CHECK(got.xclient);
    CHECK(got.has_attribute("NAME"));
    CHECK(got.has_attribute("ADDR"));
    CHECK_FALSE(got.has_attribute("LOGIN"));

    auto none =
        smtp::read_announced("250-mx AUTH PLAIN\r\n250-XCLIENTS ADDR\r\n250 AUTHX PLAIN\r\n");
    CHECK_FALSE(none.auth_plain);
    CHECK_FALSE(none.xclient);
    CHECK(none.xclient_attributes.empty());

    CHECK(smtp::read_announced("250-mx\r\n250-XCLIENT\r\n250\r\n").xclient);
    CHECK_FALSE(smtp::read_announced("").xclient);
}

TEST_CASE("XCLIENT commands hold as many attributes as 512 octets allow") {
    smtp::attributes few;
    few.emplace_back("ADDR", "192.0.2.7");
    few.emplace_back("LOGIN", "a b");
    auto one = smtp::xclient_commands(few);
    REQUIRE(one);
    REQUIRE(one->size() == 1);
    CHECK(one->front() == "XCLIENT ADDR=192.0.2.7 LOGIN=a+20b\r\n");

    smtp::attributes many;
    many.emplace_back("NAME", std::string(400, 'n'));
    many.emplace_back("LOGIN", std::string(400, 'l'));
    many.emplace_back("PROTO", "ESMTP");
    auto two = smtp::xclient_commands(many);
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK(two->front() == "XCLIENT PROTO=ESMTP NAME=" + std::string(400, 'n') + "\r\n");
    CHECK(two->back() == "XCLIENT LOGIN=" + std::string(400, 'l') + "\r\n");

    auto none = smtp::xclient_commands(smtp::attributes());
    REQUIRE(none);
    CHECK(none->empty());
}

TEST_CASE("Who the client is, and its login, come last when there are several XCLIENT commands") {
    auto helo = std::string(250, 'h'), login = std::string(250, 'l');
    smtp::attributes many;
    many.emplace_back("ADDR", "192.0.2.7");
    many.emplace_back("LOGIN", login);
    many.emplace_back("NAME", "client.example.org");
    many.emplace_back("PORT", "4711");
    many.emplace_back("HELO", helo);
    auto two = smtp::xclient_commands(many);
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK(two->front() == "XCLIENT PORT=4711 HELO=" + helo + " NAME=client.example.org\r\n");
    CHECK(two->back() == "XCLIENT LOGIN=" + login + " ADDR=192.0.2.7\r\n");
}

TEST_CASE("An attribute that no XCLIENT command can hold is told to the caller") {
    auto fits = [](std::size_t length) {
        smtp::attributes all;
        all.emplace_back("LOGIN", std::string(length, 'a'));
        return smtp::xclient_commands(all).has_value();
    };
    // "XCLIENT LOGIN=" and CRLF are 16 octets.
    CHECK(fits(496));
    CHECK_FALSE(fits(497));
}
