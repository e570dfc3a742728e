// CRAM-MD5 (RFC 2195) and what APOP shares with it.
#include "protocols/sasl/challenge.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/text/base64.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>

using namespace postern;
using namespace std::string_view_literals;

namespace {

constexpr auto ours = "<1896.697170952@postoffice.example.net>";
constexpr auto digest = "b913a602c7eda7a495b4e6e7334d3890"; // RFC 2195's own

// What comes of an answer to the challenge: "name digest", or "refused".
std::string answer(std::string_view message) {
    sasl::exchange talk;
    auto step = talk.start("cram-md5", std::nullopt, false, false, {}, ours);
    auto* asked = std::get_if<sasl::challenge>(&step);
    REQUIRE(asked);
    CHECK(text::from_base64(asked->base64) == std::string(ours));
    step = talk.respond(text::to_base64(message));
    auto* login = std::get_if<sasl::credentials>(&step);
    if (!login) return "refused";
    CHECK(login->how == sasl::credentials::method::cram_md5);
    CHECK(login->mechanism == "CRAM-MD5");
    CHECK(login->challenge == ours);
    CHECK_FALSE(login->has_password());
    return login->user + " " + std::string(login->password.reveal());
}

}

TEST_CASE("CRAM-MD5 takes a name, a space and a digest") {
    std::string d = digest, upper = "B913A602C7EDA7A495B4E6E7334D3890";
    CHECK(answer("tim " + d) == "tim " + d);
    CHECK(answer("tim tom " + d) == "tim tom " + d); // nginx cuts at the first space
    CHECK(answer("tim  " + d) == "tim  " + d);
    CHECK(answer("tim " + upper) == "tim " + upper);
    for (auto bad :
         {std::string(),
          std::string("tim"),
          d,
          " " + d,
          "tim " + d.substr(1),
          "tim " + d + "0",
          "tim " + d + " ",
          "tim " + d.substr(1) + "g",
          "tim\t" + d,
          std::string("t\0m ", 4) + d})
        CHECK(answer(bad) == "refused");
}

TEST_CASE("CRAM-MD5 begins with the challenge, can be cancelled, and is unknown without one") {
    sasl::exchange talk;
    auto failed = [](const sasl::step& s) { return std::get<sasl::failure>(s); };
    CHECK(failed(talk.start("CRAM-MD5", "dGlt", true, true, {}, ours)) == sasl::failure::too_early);
    CHECK(failed(talk.respond("dGlt")) == sasl::failure::malformed); // nothing was asked
    CHECK(
        failed(talk.start("CRAM-MD5", std::nullopt, true, true)) == sasl::failure::unknown_mechanism
    );
    talk.start("CRAM-MD5", std::nullopt, true, true, {}, ours);
    CHECK(failed(talk.respond("*")) == sasl::failure::cancelled);
    talk.start("CRAM-MD5", std::nullopt, true, true, {}, ours);
    CHECK(failed(talk.respond("dGlt!")) == sasl::failure::bad_base64);
}

TEST_CASE("a challenge is digits, a moment and the server's name, and never the same again") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        auto one = sasl::new_challenge("gw.example.org");
        CHECK(seen.insert(one).second);
        REQUIRE(one.starts_with('<'));
        REQUIRE(one.ends_with("@gw.example.org>"));
        auto dot = one.find('.');
        auto digits = [](std::string_view s) {
            return !s.empty() && s.find_first_not_of("0123456789") == s.npos;
        };
        CHECK(digits(std::string_view(one).substr(1, dot - 1)));
        CHECK(digits(std::string_view(one).substr(dot + 1, one.find('@') - dot - 1)));
    }
}
