#include "protocols/io/line_buffer.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace postern;

namespace {

struct row {
    const char* about;
    std::string_view bytes, lines;
};
constexpr row rows[] = {
    {"one line",                    "NOOP\r\n",              "[NOOP]"               },
    {"a bare LF ends a line",       "NOOP\nQUIT\n",          "[NOOP][QUIT]"         },
    {"half a line",                 "NOOP",                  ""                     },
    {"CR waits for its LF",         "NOOP\r",                ""                     },
    {"CR inside a line stays",      "NO\rOP\r\n",            "[NO\rOP]"             },
    {"only the last CR is the end", "NOOP\r\r\n",            "[NOOP\r]"             },
    {"an empty line",               "\r\n\n",                "[][]"                 },
    {"just as long as may be",      "12345678\r\n",          "[12345678]"           },
    {"the same with LF alone",      "123456789\n",           "[123456789]"          },
    {"one byte over the limit",     "123456789\r\n",         "too long"             },
    {"over the limit with no end",  "12345678901",           "too long"             },
    {"the limit with no end",       "1234567890",            ""                     },
    {"too long behind a good one",  "NOOP\r\n12345678901\n", "[NOOP]too long"       },
    {"many short ones",             "a\nb\nc\nd\ne\nf\ng\n", "[a][b][c][d][e][f][g]"},
};

std::string lines_of(std::string_view bytes, std::size_t piece) {
    line_buffer lines(10);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        lines.add(bytes.substr(at, piece));
        while (auto line = lines.take_line())
            out += "[" + *line + "]";
        if (lines.too_long()) return out + "too long";
    }
    return out;
}

}

TEST_CASE("bytes are cut into lines, however the network cut them") {
    auto row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    DYNAMIC_SECTION(row.about) {
        CHECK(lines_of(row.bytes, row.bytes.size()) == row.lines);
        CHECK(lines_of(row.bytes, 1) == row.lines);
        CHECK(lines_of(row.bytes, 3) == row.lines);
    }
}

TEST_CASE("a line buffer says how much it can take, and never nothing") {
    line_buffer lines(10);
    CHECK(lines.room() == 10);
    lines.add("1234567");
    CHECK(lines.room() == 3);
    lines.add("890");
    CHECK_FALSE(lines.too_long());
    CHECK(lines.room() == 1);
    lines.add("1");
    CHECK(lines.too_long());
    CHECK(lines.room() == 1);
}

TEST_CASE("what is behind the last line can be taken along, once") {
    line_buffer lines(100);
    lines.add("USER a\r\nRETR 1\r\nRE");
    CHECK(lines.take_line() == "USER a");
    CHECK_FALSE(lines.empty());
    CHECK(lines.take_rest() == "RETR 1\r\nRE");
    CHECK(lines.empty());
    CHECK(lines.take_rest().empty());
}

TEST_CASE("a cleared line buffer forgets half a line") {
    line_buffer lines(100);
    lines.add("PASS sec");
    CHECK_FALSE(lines.take_line());
    lines.clear();
    lines.add("ret\n");
    CHECK(lines.take_line() == "ret");
}
