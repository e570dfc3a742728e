#include "protocols/smtp/reply.hpp"

#include "tests/support/catch.hpp"

#include <vector>

using namespace postern;
using kind = refusal::kind;

namespace {

// "220" when the lines are one whole reply, "more", "broken" or "too long" otherwise.
std::string build(const std::vector<std::string>& lines, std::size_t most = 64) {
    using state = smtp::reply_builder::state;
    smtp::reply_builder builder(most, 4);
    for (auto& line : lines)
        switch (builder.add(line)) {
        case state::more: break;
        case state::done: return std::to_string(builder.take().code);
        case state::broken: return "broken";
        case state::too_long: return "too long";
        }
    return "more";
}

}

TEST_CASE("SMTP reply lines are put together into replies") {
    struct row {
        const char* about;
        std::vector<std::string> lines;
        std::string outcome;
    };
    const row rows[] = {
        {"one line",               {"220 mx ready"},                         "220"     },
        {"a code alone",           {"250"},                                  "250"     },
        {"several lines",          {"250-a", "250-b", "250 c"},              "250"     },
        {"the last a code alone",  {"250-a", "250"},                         "250"     },
        {"half of it",             {"250-a"},                                "more"    },
        {"codes that differ",      {"250-a", "251 b"},                       "broken"  },
        {"a positive preliminary", {"100 a"},                                "broken"  },
        {"no such class",          {"600 a"},                                "broken"  },
        {"two digits",             {"25"},                                   "broken"  },
        {"four digits",            {"2500 a"},                               "broken"  },
        {"letters",                {"abc d"},                                "broken"  },
        {"an empty line",          {""},                                     "broken"  },
        {"a tab behind the code",  {"250\tok"},                              "broken"  },
        {"too many lines",         {"250-", "250-", "250-", "250-", "250 "}, "too long"},
        {"too many bytes",         {"250-" + std::string(56, 'x'), "250 "},  "too long"},
        {"as many as may be",      {"250-" + std::string(52, 'x'), "250 "},  "250"     },
    };
    for (auto& row : rows) {
        INFO(row.about);
        CHECK(build(row.lines) == row.outcome);
    }
}

TEST_CASE("An SMTP refusal code is a 4xx or 5xx, perhaps with an enhanced code of its class") {
    for (auto good : {"535", "454", "535 5.7.0", "454 4.7.0", "550 5.1.123"}) {
        INFO(good);
        CHECK(smtp::is_refusal_code(good));
    }
    for (auto bad :
         {"",          "5",          "53",           "250",       "250 2.0.0",     "354",
          "5350",      "535 ",       "535 5",        "535 5.7",   "535 5.7.",      "535 5..0",
          "535 4.7.0", "535 5.7.0 ", "535 5.7.1234", "535-5.7.0", "535 5.7.0\r\n", "535\r\n250",
          "565",       "abc",        "5a5",          " 535"}) {
        INFO(bad);
        CHECK_FALSE(smtp::is_refusal_code(bad));
    }
}

TEST_CASE("What is refused for now is never refused for good in words of ours") {
    refusal no;
    no.why = kind::denied;
    no.temporary = true;
    const std::string login = "454 4.7.0 Temporary authentication failure\r\n";
    const std::string mail = "450 4.7.1 Access denied for now\r\n";
    for (auto theirs : {"", "451 later", "451 a\n250 b\r\n"}) {
        no.text = theirs;
        CHECK(smtp::refusal_reply(no, false) == login);
        CHECK(smtp::refusal_reply(no, true) == mail);
    }
    no.text = "451 4.7.1 later\r\n";
    CHECK(smtp::refusal_reply(no, true) == no.text);
}

TEST_CASE("An SMTP refusal is a clean refusal whatever it is made of") {
    struct row {
        const char* about;
        kind why;
        std::string code, text, reply;
        bool envelope = false;
    };
    const std::string failed = "535 5.7.8 Authentication failed\r\n";
    const row rows[] = {
        {"the lookup's words",       kind::bad_login, "",                 "No such user",           "535 5.7.0 No such user\r\n"         },
        {"with its code",            kind::bad_login, "454 4.7.0",        "Later",                  "454 4.7.0 Later\r\n"                },
        {"a code alone",             kind::bad_login, "450",              "Later",                  "450 Later\r\n"                      },
        {"a code that would admit",  kind::bad_login, "235 2.0.0",        "In",                     "535 5.7.0 In\r\n"                   },
        {"a code with a line end",   kind::bad_login, "535\r\n235",       "x",                      "535 5.7.0 x\r\n"                    },
        {"no words",                 kind::bad_login, "",                 "",                       "535 5.7.0 Authentication failed\r\n"},
        {"no words for a recipient", kind::bad_login, "550",              "",                       "550 Access denied\r\n",               true},
        {"a broken line",                          kind::bad_login,                           "",     "no\r\n235 in", "535 5.7.0 no??235 in\r\n"                   },
        {"the upstream's line",                          kind::denied,                     "",  "550 5.1.1 no\r\n",    "550 5.1.1 no\r\n"  },
        {"the upstream's lines",                          kind::denied,                    "", "550-a\r\n550 b\r\n",    "550-a\r\n550 b\r\n"                  },
        {"no line",                          kind::denied,                                 "",              "",    failed       },
        {"none for a recipient",                          kind::denied,                    "", "",    "550 5.7.1 Access denied\r\n",                                true},
        {"a line without its end",                      kind::denied,                                     "",                                "550 no",                       failed},
        {"half a reply",                    kind::denied,                                   "",                                        "550-no\r\n",           failed                     },
        {"two replies",                    kind::denied,                                   "",                                         "550 a\r\n550 b\r\n",                        failed   },
        {"words of success",                    kind::denied,                                   "",                                    "235 in\r\n",      failed   },
        {"a control character",                    kind::denied,                                   "",                                 "550 \x1b[2J\r\n",                     failed                  },
        {"a bare LF",                    kind::denied,                                   "",                                           "550 a\n235 b\r\n",                failed},
        {"a line too long",                    kind::denied,                                   "",                                     "550 " + std::string(507,               'x') + "\r\n",                  failed},
        {"trouble",
         kind::unavailable,
         "535 5.7.0",                                        "db1 is down",
         "451 4.3.2 Internal server error\r\n"                                                                                                               },
    };
    for (auto& row : rows) {
        INFO(row.about);
        refusal no;
        no.why = row.why;
        no.code = row.code;
        no.text = row.text;
        CHECK(smtp::refusal_reply(no, row.envelope) == row.reply);
    }
}
