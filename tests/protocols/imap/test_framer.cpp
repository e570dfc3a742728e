#include "protocols/imap/framer.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace postern;
using imap::framer;

namespace {

// A limit of 40 bytes a command.
struct row {
    const char* about;
    std::string_view bytes, events;
};
constexpr row rows[] = {
    {"one command",               "a NOOP\r\n",                       "[a NOOP]"                                           },
    {"two in one packet",         "a NOOP\r\nb NOOP\r\n",             "[a NOOP][b NOOP]"                                   },
    {"half a command",            "a NO",                             ""                                                   },
    {"a bare LF ends a command",  "a NOOP\nb NOOP\r\n",               "[a NOOP][b NOOP]"                                   },
    {"a literal is asked for",    "a LOGIN {3}\r\n",                  "+"                                                  },
    {"a literal stays inside",
     "a LOGIN {3}\r\njoe {2}\r\npw\r\n",                              "++[a LOGIN {3}\r\njoe {2}\r\npw]"                   },
    {"it may hold line ends",     "a LOGIN {4+}\r\nx\r\ny p\r\n",     "[a LOGIN {4+}\r\nx\r\ny p]"                         },
    {"it may hold a command",     "a LOGIN {8+}\r\nb NOOP\r\n p\r\n", "[a LOGIN {8+}\r\nb NOOP\r\n p]"                     },
    {"one without length",        "a LOGIN x {0}\r\n\r\nb NOOP\r\n",  "+[a LOGIN x {0}\r\n][b NOOP]"                       },
    {"the same, not waiting",     "a LOGIN x {0+}\r\n\r\nb NOOP\r\n", "[a LOGIN x {0+}\r\n][b NOOP]"                       },
    {"LF alone behind the count", "a LOGIN {1+}\nx p\n",              "[a LOGIN {1+}\r\nx p]"                              },
    {"zeros before the count",    "a LOGIN {0003+}\r\njoe p\r\n",     "[a LOGIN {0003+}\r\njoe p]"                         },
    {"an empty count is none",    "a LOGIN {}\r\n",                   "[a LOGIN {}]"                                       },
    {"a plus is no count",        "a LOGIN {+}\r\n",                  "[a LOGIN {+}]"                                      },
    {"letters are no count",      "a LOGIN {1x}\r\n",                 "[a LOGIN {1x}]"                                     },
    {"a word ending in braces",   "a LOGIN x{3}\r\n",                 "[a LOGIN x{3}]"                                     },
    {"a line of braces alone",    "{3}\r\nb NOOP\r\n",                "[{3}][b NOOP]"                                      },
    {"in a list",                 "a ID ({1+}\r\nx NIL)\r\n",         "[a ID ({1+}\r\nx NIL)]"                             },
    {"over the limit, waiting",   "a LOGIN {999}\r\nb NOOP\r\n",      "(a LOGIN {999})[b NOOP]"                            },
    {"over any number, waiting",
     "a LOGIN {99999999999}\r\nb N\r\n",                              "(a LOGIN {99999999999})[b N]"                       },
    {"over the limit, coming",    "a LOGIN {999+}\r\nb NOOP\r\n",     "too long: a LOGIN {999+}"                           },
    {"just fits, with its LF",    "a LOGIN {25}\r\n",                 "+"                                                  },
    {"one byte more",             "a LOGIN {26}\r\n",                 "(a LOGIN {26})"                                     },
    {"a line that just fits",
     "a 345678901234567890123456789012345678\r\n",                    "[a 345678901234567890123456789012345678]"           },
    {"one byte more, with CR",
     "a 3456789012345678901234567890123456789\r\n",                   "too long: a 3456789012345678901234567890123456789\r"},
    {"the same with LF alone",
     "a 3456789012345678901234567890123456789\n",                     "[a 3456789012345678901234567890123456789]"          },
    {"a line without end",
     "a 34567890123456789012345678901234567890123",                   "too long: a 34567890123456789012345678901234567890" },
    {"too long behind a literal",
     "a LOGIN {20+}\r\n12345678901234567890 78901\r\n",               "too long: a LOGIN {20+}\r\n12345678901234567890"    },
};

std::string events(std::string_view bytes, std::size_t piece) {
    framer cut(40);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        cut.add(bytes.substr(at, piece));
        while (auto next = cut.next()) {
            std::string text(next->text.reveal());
            switch (next->what) {
            case framer::event::kind::command: out += "[" + text + "]"; break;
            case framer::event::kind::wants_literal: out += "+"; break;
            case framer::event::kind::literal_too_long: out += "(" + text + ")"; break;
            case framer::event::kind::too_long: return out + "too long: " + text;
            }
        }
    }
    return out;
}

}

TEST_CASE("IMAP bytes are cut into commands, however the network cut them") {
    auto row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    DYNAMIC_SECTION(row.about) {
        CHECK(events(row.bytes, row.bytes.size()) == row.events);
        CHECK(events(row.bytes, 1) == row.events);
        CHECK(events(row.bytes, 7) == row.events);
    }
}

TEST_CASE("a literal that is refused leaves no trace of its command") {
    framer cut(100);
    cut.add("a LOGIN {5}\r\nb NOOP\r\n");
    auto asked = cut.next();
    REQUIRE(asked);
    CHECK(asked->what == framer::event::kind::wants_literal);
    CHECK(asked->text.reveal() == "a LOGIN {5}");
    cut.refuse_literal();
    auto next = cut.next();
    REQUIRE(next);
    CHECK(next->text.reveal() == "b NOOP");
    CHECK(cut.empty());
}

TEST_CASE("a line of SASL holds no literal") {
    framer cut(100);
    cut.add("AGE= {5}\r\nb NOOP\r\n");
    auto line = cut.next_line();
    REQUIRE(line);
    CHECK(line->what == framer::event::kind::command);
    CHECK(line->text.reveal() == "AGE= {5}");
    CHECK(cut.next()->text.reveal() == "b NOOP");
}

TEST_CASE("a framer asks for what a command may still have, and never for nothing") {
    framer cut(40);
    CHECK(cut.room() == 40);
    cut.add("a LOGIN {20}\r\n");
    CHECK(cut.room() == 26);
    CHECK(cut.next());
    CHECK(cut.room() == 26); // the literal and 6 bytes behind it
    cut.add("12345678901234567890");
    CHECK_FALSE(cut.next());
    CHECK(cut.room() == 6);
    cut.add(" 23456");
    CHECK(cut.room() == 1);
    cut.add("7");
    CHECK(cut.next()->what == framer::event::kind::too_long);
    CHECK(cut.empty());
}

TEST_CASE("bytes behind a command can be taken along") {
    framer cut(100);
    cut.add("a LOGIN x y\r\nb SELECT INBOX\r\nc FE");
    CHECK(cut.next());
    CHECK_FALSE(cut.empty());
    CHECK(cut.take_rest() == "b SELECT INBOX\r\nc FE");
    CHECK(cut.empty());
}
