#include "protocols/text/ascii.hpp"
#include "protocols/text/base64.hpp"
#include "protocols/text/xtext.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace postern;
using namespace std::string_view_literals;

namespace {

struct row {
    std::string_view about, bytes, base64;
};
constexpr row both_ways[] = {
    {"nothing",                  ""sv,             ""            },
    {"one byte",                 "f"sv,            "Zg=="        },
    {"two bytes",                "fo"sv,           "Zm8="        },
    {"three bytes",              "foo"sv,          "Zm9v"        },
    {"RFC 4648 section 10",      "foobar"sv,       "Zm9vYmFy"    },
    {"NUL, as PLAIN has it",     "\0a\0b"sv,       "AGEAYg=="    },
    {"all bits set",             "\xff\xff\xff"sv, "////"        },
    {"the prompt of AUTH LOGIN", "Username:"sv,    "VXNlcm5hbWU6"},
    {"its other prompt",         "Password:"sv,    "UGFzc3dvcmQ6"},
};

constexpr std::string_view not_base64[] = {
    "A",
    "AAAAA",
    "=",
    "==",
    "AA=",
    "AAA==",
    "AAAA=",
    "AAAA==",
    "A===",
    "AA==AA==",
    "AA=A",
    "AA AA",
    "AA\r\n",
    "*",
    "AB-_",
    "Zg==\r",
    "Zh==",
    "Zm9=",
    "\xff\xff\xff\xff",
    "AA\0A"sv,
};

}

TEST_CASE("base64 is written and read") {
    auto row = GENERATE(from_range(std::begin(both_ways), std::end(both_ways)));
    INFO(row.about);
    CHECK(text::to_base64(row.bytes) == row.base64);
    REQUIRE(text::from_base64(row.base64).has_value());
    CHECK(*text::from_base64(row.base64) == row.bytes);
}

TEST_CASE("base64 may lack its padding") {
    CHECK(text::from_base64("Zg") == "f");
    CHECK(text::from_base64("Zm8") == "fo");
    CHECK(text::from_base64("AGEAYg") == "\0a\0b"sv);
}

TEST_CASE("base64 that can be read in two ways is not read at all") {
    auto text = GENERATE(from_range(std::begin(not_base64), std::end(not_base64)));
    INFO(std::string(text));
    CHECK_FALSE(text::from_base64(text).has_value());
}

TEST_CASE("xtext is one word whatever it holds") {
    CHECK(text::to_xtext("alice@example.org") == "alice@example.org");
    CHECK(text::to_xtext("a+b=c d") == "a+2Bb+3Dc+20d");
    CHECK(text::to_xtext("x\r\nRCPT\0"sv) == "x+0D+0ARCPT+00");
    CHECK(text::to_xtext("\x7f\x80\xff") == "+7F+80+FF");
    CHECK(text::to_xtext("") == "");
}

TEST_CASE("case is ASCII's") {
    CHECK(text::equal("AuTh", "aUtH"));
    CHECK_FALSE(text::equal("AUTH", "AUTHX"));
    CHECK_FALSE(text::equal("[", "{")); // neighbours of the letters
    CHECK_FALSE(text::equal("\xc4", "\xe4"));
    CHECK(text::upper("stls1\xe4") == "STLS1\xe4");
    CHECK(text::lower("STLS1\xc4") == "stls1\xc4");
    CHECK(text::starts_with("LOGIN x", "login"));
    CHECK_FALSE(text::starts_with("LOG", "login"));
}

TEST_CASE("a word cannot leave its place in a command") {
    CHECK(text::is_word("alice@example.org"));
    CHECK(text::is_word("m\xc3\xbcller"));
    for (auto bad : {""sv, "a b"sv, "a\r"sv, "a\nb"sv, "a\0b"sv, "a\tb"sv, "\x7f"sv})
        CHECK_FALSE(text::is_word(bad));
    CHECK(text::fits_line("a b\tc"));
    for (auto bad : {"a\r"sv, "\n"sv, "a\0"sv})
        CHECK_FALSE(text::fits_line(bad));
}

TEST_CASE("somebody else's words are made harmless and short") {
    CHECK(text::printable("no such user") == "no such user");
    CHECK(text::printable("a\r\n* OK\0\x80\x1b[1m"sv) == "a??* OK???[1m");
    CHECK(text::printable(std::string(1000, 'x')).size() == 400);
    CHECK(text::printable("abcdef", 3) == "abc");
}
