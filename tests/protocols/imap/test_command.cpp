#include "protocols/imap/command.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace postern;
using namespace std::string_view_literals;

namespace {

std::string shown(const std::variant<imap::command, imap::not_a_command>& parsed) {
    if (auto bad = std::get_if<imap::not_a_command>(&parsed)) return "not, " + bad->tag;
    auto& said = std::get<imap::command>(parsed);
    std::string out = said.tag + " " + std::to_string(static_cast<int>(said.what));
    for (auto& arg : said.args)
        out += "(" + std::string(arg.reveal()) + ")";
    return out;
}

struct row {
    const char* about;
    std::string_view text,
        parsed; // verbs: 0 CAPABILITY 1 NOOP 2 LOGOUT 3 ID 4 STARTTLS 5 LOGIN 6 AUTHENTICATE
};
constexpr row rows[] = {
    {"no arguments",                    "a NOOP",                                 "a 1"                               },
    {"any case",                        "A1 noOp",                                "A1 1"                              },
    {"atoms",                           "a LOGIN joe pw",                         "a 5(joe)(pw)"                      },
    {"atoms hold anything but a space", "a LOGIN j\"o\\e p{w",                    "a 5(j\"o\\e)(p{w)"                 },
    {"quoted",                          "a LOGIN \"j o\" \"p w\"",                "a 5(j o)(p w)"                     },
    {"escapes",                         "a LOGIN \"j\\\"o\\\\e\" \"\\p\"",        "a 5(j\"o\\e)(p)"                   },
    {"empty quotes",                    "a LOGIN \"\" \"\"",                      "a 5()()"                           },
    {"8 bits",                          "a LOGIN j\xc3\xb6 \"\xff\"",             "a 5(j\xc3\xb6)(\xff)"              },
    {"literals",                        "a LOGIN {3}\r\njoe {2+}\r\npw",          "a 5(joe)(pw)"                      },
    {"a literal holds line ends",       "a LOGIN {4+}\r\nj\r\ne p",               "a 5(j\r\ne)(p)"                    },
    {"a literal of no length",          "a LOGIN joe {0}\r\n",                    "a 5(joe)()"                        },
    {"a literal holds no NUL",          "a LOGIN joe {2+}\r\np\0"sv,              "not, a"                            },
    {"an atom neither",                 "a LOGIN joe p\0w"sv,                     "not, a"                            },
    {"nor CR",                          "a LOGIN joe p\rw",                       "not, a"                            },
    {"nor do quotes",                   "a LOGIN joe \"p\rw\"",                   "not, a"                            },
    {"more spaces",                     "a   LOGIN   joe   pw  ",                 "a 5(joe)(pw)"                      },
    {"three arguments",                 "a CAPABILITY x y z",                     "a 0(x)(y)(z)"                      },
    {"four are too many",               "a NOOP x y z w",                         "not, a"                            },
    {"ID is not looked into",           "a ID (\"name\" \"x\" \"y\" NIL)",        "a 3"                               },
    {"an unclosed quote",               "a LOGIN joe \"pw",                       "not, a"                            },
    {"a quote closed by an escape",     "a LOGIN joe \"pw\\\"",                   "not, a"                            },
    {"an escape at the end",            "a LOGIN joe \"pw\\",                     "not, a"                            },
    {"something behind a quote",        "a LOGIN \"joe\"pw",                      "not, a"                            },
    {"something behind a literal",      "a LOGIN {3}\r\njoepw",                   "not, a"                            },
    {"a literal with too few bytes",    "a LOGIN joe {3}\r\npw",                  "not, a"                            },
    {"a count that is none",            "a LOGIN joe {x}\r\npw",                  "not, a"                            },
    {"a brace that is no literal",      "a LOGIN joe {pw",                        "not, a"                            },
    {"an unknown verb",                 "a SELECT INBOX",                         "not, a"                            },
    {"a part of a verb",                "a LOGI x y",                             "not, a"                            },
    {"only a tag",                      "a",                                      "not, *"                            },
    {"a tag and a space",               "a ",                                     "not, a"                            },
    {"nothing",                         "",                                       "not, *"                            },
    {"a space first",                   " a NOOP",                                "not, *"                            },
    {"tags of RFC 3501",                "A.1-b_2$/:] NOOP",                       "A.1-b_2$/:] 1"                     },
    {"a tag that ends a line",          "a\r NOOP",                               "not, *"                            },
    {"a tag that is untagged",          "* NOOP",                                 "not, *"                            },
    {"a tag that is a go-on",           "+ NOOP",                                 "not, *"                            },
    {"a tag of 32",                     "12345678901234567890123456789012 NOOP",  "12345678901234567890123456789012 1"},
    {"a tag of 33",                     "123456789012345678901234567890123 NOOP", "not, *"                            },
};

struct start_row {
    const char* about;
    std::string_view text;
    bool may_go_on;
};
constexpr start_row starts[] = {
    {"the user name",             "a LOGIN {3}",              true },
    {"the password",              "a LOGIN joe {3}",          true },
    {"behind a literal",          "a LOGIN {3}\r\njoe {3}",   true },
    {"in an ID",                  "a ID (\"name\" {3}",       true },
    {"a third argument",          "a LOGIN joe pw {3}",       false},
    {"inside quotes",             "a LOGIN \"joe {3}",        false},
    {"without a space before it", "a LOGIN ({3}",             false},
    {"of AUTHENTICATE",           "a AUTHENTICATE PLAIN {3}", false},
    {"of an unknown command",     "a APPEND INBOX {3}",       false},
    {"of no command",             "a {3}",                    false},
};

}

TEST_CASE("IMAP commands are read as nginx reads them, without its leaks") {
    auto row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    DYNAMIC_SECTION(row.about) { CHECK(shown(imap::parse(row.text)) == row.parsed); }
}

TEST_CASE("a literal is invited only where it can be an argument") {
    auto row = GENERATE(from_range(std::begin(starts), std::end(starts)));
    DYNAMIC_SECTION(row.about) {
        auto parsed = imap::parse_start(row.text);
        CHECK(std::holds_alternative<imap::verb>(parsed) == row.may_go_on);
        CHECK(imap::tag_of(row.text) == "a");
    }
}
