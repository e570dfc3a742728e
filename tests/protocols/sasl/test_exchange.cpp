#include "protocols/sasl/client.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/text/base64.hpp"
#include "tests/support/catch.hpp"

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;
using namespace std::string_view_literals;
using strings = std::vector<std::string>;

namespace {

std::string shown(const sasl::step& step) {
    if (auto asked = std::get_if<sasl::challenge>(&step)) return "? " + asked->base64;
    if (auto login = std::get_if<sasl::credentials>(&step))
        return login->mechanism + " " + login->user + " " + std::string(login->password.reveal());
    switch (std::get<sasl::failure>(step)) {
    case sasl::failure::unknown_mechanism: return "unknown";
    case sasl::failure::cancelled: return "cancelled";
    case sasl::failure::bad_base64: return "bad base64";
    case sasl::failure::malformed: return "malformed";
    case sasl::failure::too_early: return "too early";
    case sasl::failure::not_theirs: return "not theirs";
    }
    return "";
}

std::string in64(std::string_view text) { return text::to_base64(text); }

// Each step of an exchange, separated by "; ".
std::string play(
    std::string_view mechanism, std::optional<std::string> initial, const strings& lines
) {
    sasl::exchange one;
    std::optional<std::string_view> first;
    if (initial) first = *initial;
    auto out = shown(one.start(mechanism, first, true, true));
    for (auto& line : lines)
        out += "; " + shown(one.respond(line));
    return out;
}

struct row {
    const char* about;
    std::string_view mechanism;
    std::optional<std::string> initial;
    strings lines;
    const char* steps;
};
const std::string plain = in64("\0alice\0secret"sv);
const row rows[] = {
    {"PLAIN asks with an empty challenge",            "PLAIN",    {},                            {plain}, "? ; PLAIN alice secret"   },
    {"PLAIN at once",                                 "PLAIN",    plain,                         {},      "PLAIN alice secret"       },
    {"names in any case",                             "pLaIn",    plain,                         {},      "PLAIN alice secret"       },
    {"the authorization identity is not used",
     "PLAIN",                                                     in64("root\0alice\0secret"sv),
     {},
     "PLAIN alice secret"                                                                                                            },
    {"no padding",                                    "PLAIN",    std::string("AGEAYg"),         {},      "PLAIN a b"                },
    {"an empty password is the upstream's to refuse",
     "PLAIN",                                                     in64("\0alice\0"sv),
     {},
     "PLAIN alice "                                                                                                                  },
    {"an empty user is nobody",                       "PLAIN",    in64("\0\0secret"sv),          {},      "malformed"                },
    {"one NUL",                                       "PLAIN",    in64("alice\0secret"sv),       {},      "malformed"                },
    {"no NUL",                                        "PLAIN",    in64("alice"),                 {},      "malformed"                },
    {"a third NUL",                                   "PLAIN",    in64("\0alice\0sec\0ret"sv),   {},      "malformed"                },
    {"an empty message",                              "PLAIN",    {},                            {""},    "? ; malformed"            },
    {"= stands for an empty one",                     "PLAIN",    std::string("="),              {},      "malformed"                },
    {"but only at first",                             "PLAIN",    {},                            {"="},   "? ; bad base64"           },
    {"not base64",                                    "PLAIN",    std::string("!!!"),            {},      "bad base64"               },
    {"LOGIN asks twice",
     "LOGIN",                                                     {},
     {in64("alice"), in64("secret")},
     "? VXNlcm5hbWU6; ? UGFzc3dvcmQ6; LOGIN alice secret"                                                                            },
    {"LOGIN with the name at once",
     "LOGIN",                                                     in64("alice"),
     {in64("secret")},
     "? UGFzc3dvcmQ6; LOGIN alice secret"                                                                                            },
    {"LOGIN of nobody",                               "LOGIN",    {},                            {""},    "? VXNlcm5hbWU6; malformed"},
    {"LOGIN with a NUL in the name",                  "LOGIN",    in64("al\0ice"sv),             {},      "malformed"                },
    {"LOGIN with a NUL in the password",
     "LOGIN",                                                     in64("alice"),
     {in64("sec\0ret"sv)},
     "? UGFzc3dvcmQ6; malformed"                                                                                                     },
    {"LOGIN with bytes that end lines",
     "LOGIN",                                                     in64("a\r\nb"),
     {in64("\n")},
     "? UGFzc3dvcmQ6; LOGIN a\r\nb \n"                                                                                               },
    {"cancelled",                                     "PLAIN",    {},                            {"*"},   "? ; cancelled"            },
    {"cancelled at the password",                     "LOGIN",    in64("alice"),                 {"*"},   "? UGFzc3dvcmQ6; cancelled"},
    {"* at first is no cancelling",                   "PLAIN",    std::string("*"),              {},      "bad base64"               },
    {"an unknown name",                               "CRAM-MD5", {},                            {},      "unknown"                  },
    {"no name",                                       "",         {},                            {},      "unknown"                  },
    {"a part of a name",                              "PLAI",     {},                            {},      "unknown"                  },
};

}

TEST_CASE("SASL exchanges go as RFC 4616 and the LOGIN draft say") {
    auto row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    DYNAMIC_SECTION(row.about) { CHECK(play(row.mechanism, row.initial, row.lines) == row.steps); }
}

TEST_CASE("a mechanism that is not enabled is unknown") {
    sasl::exchange one;
    CHECK(shown(one.start("PLAIN", std::nullopt, false, true)) == "unknown");
    CHECK(shown(one.start("LOGIN", std::nullopt, true, false)) == "unknown");
    CHECK(shown(one.start("PLAIN", std::nullopt, true, false)) == "? ");
}

TEST_CASE("an exchange that ended takes no more, and one that starts anew knows nothing of the last"
) {
    sasl::exchange one;
    CHECK(shown(one.respond(in64("alice"))) == "malformed");
    one.start("LOGIN", in64("alice"), true, true);
    one.start("LOGIN", std::nullopt, true, true);
    CHECK(shown(one.respond(in64("bob"))) == "? UGFzc3dvcmQ6");
    CHECK(shown(one.respond(in64("pw"))) == "LOGIN bob pw");
    CHECK(shown(one.respond(in64("pw"))) == "malformed");
}

TEST_CASE("PLAIN is said to an upstream only when nothing in it can change its meaning") {
    auto said = sasl::plain_response("alice", secret("secret"));
    REQUIRE(said);
    CHECK(text::from_base64(said->reveal()) == "\0alice\0secret"sv);
    CHECK_FALSE(sasl::plain_response("", secret("x")));
    CHECK_FALSE(sasl::plain_response("a\0b"sv, secret("x")));
    CHECK_FALSE(sasl::plain_response("a", secret("x\0y"sv)));
}
