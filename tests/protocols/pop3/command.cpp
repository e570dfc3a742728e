#include "protocols/pop3/command.hpp"

#include "protocols/io/line_buffer.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace postern;

namespace {

// "[user|alice]" for each command and "[?]" for each line that is none.
std::string read_all(std::string_view bytes, std::size_t piece) {
    constexpr const char* names[] = {
        "user", "pass", "apop", "auth", "capa", "noop", "quit", "stls"};
    line_buffer lines(64);
    std::string out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        lines.add(bytes.substr(0, piece));
        while (auto line = lines.take_line()) {
            auto cmd = pop3::parse_command(*line);
            out += cmd ? std::string("[") + names[static_cast<int>(cmd->what)] : "[?";
            if (cmd)
                for (auto word : cmd->arguments)
                    out.append("|").append(word);
            out += "]";
        }
    }
    return out;
}

struct row {
    const char* about;
    std::string_view bytes, commands;
};
using namespace std::string_view_literals;
constexpr row rows[] = {
    {"a verb",                  "NOOP\r\n",                 "[noop]"            },
    {"in any case",             "cApA\r\nSTLS\r\nquit\r\n", "[capa][stls][quit]"},
    {"a line feed is enough",   "NOOP\nNOOP\n",             "[noop][noop]"      },
    {"half a line",             "NOO",                      ""                  },
    {"one argument",            "USER alice\r\n",           "[user|alice]"      },
    {"spaces before it",        "USER   alice\r\n",         "[user|alice]"      },
    {"spaces in and behind it", "PASS  a b  \r\n",          "[pass|a b  ]"      },
    {"nothing but spaces",      "PASS   \r\n",              "[pass]"            },
    {"no argument",             "USER\r\n",                 "[user]"            },
    {"8-bit bytes",             "PASS \xe4\xff\r\n",        "[pass|\xe4\xff]"   },
    {"a tab is part of a word", "PASS a\tb\r\n",            "[pass|a\tb]"       },
    {"words",                   "AUTH  PLAIN   abc= \r\n",  "[auth|PLAIN|abc=]" },
    {"APOP",                    "apop joe 0123\r\n",        "[apop|joe|0123]"   },
    {"three words",             "AUTH a b c\r\n",           "[auth|a|b|c]"      },
    {"four words",              "AUTH a b c d\r\n",         "[?]"               },
    {"an unknown verb",         "LIST\r\n",                 "[?]"               },
    {"one that is not known",   "XTND a b\r\n",             "[?]"               },
    {"a longer verb",           "NOOPS\r\n",                "[?]"               },
    {"a shorter verb",          "NOO\r\n",                  "[?]"               },
    {"a space before the verb", " NOOP\r\n",                "[?]"               },
    {"an empty line",           "\r\n",                     "[?]"               },
    {"a tab behind the verb",   "USER\talice\r\n",          "[?]"               },
    {"a CR inside",             "USER a\rb\r\n",            "[?]"               },
    {"a second CR at the end",  "NOOP\r\r\n",               "[?]"               },
    {"a NUL",                   "PASS a\0b\r\n"sv,          "[?]"               },
    {"two in one packet",       "USER a\r\nPASS b\r\n",     "[user|a][pass|b]"  },
};

}

TEST_CASE("POP3 bytes are read as commands, however the network cut them") {
    for (auto& row : rows) {
        INFO(row.about);
        CHECK(read_all(row.bytes, row.bytes.size()) == row.commands);
        CHECK(read_all(row.bytes, 1) == row.commands);
    }
}
