#include "protocols/smtp/command.hpp"

#include "protocols/io/line_buffer.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace postern;

namespace {

// "[mail|FROM:<a>|SIZE=1]" for each command and "[?]" for each line that is none.
std::string read_all(std::string_view bytes, std::size_t piece) {
    constexpr const char* names[] = {
        "helo",
        "ehlo",
        "auth",
        "mail",
        "rcpt",
        "rset",
        "noop",
        "quit",
        "starttls",
        "vrfy",
        "expn",
        "help"};
    line_buffer lines(64);
    std::string out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        lines.add(bytes.substr(0, piece));
        while (auto line = lines.take_line()) {
            auto cmd = smtp::parse_command(*line);
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
    {"a verb",                     "NOOP\r\n",                                               "[noop]"                                                            },
    {"in any case",                "eHlO x\r\nStartTLS\r\n",                                 "[ehlo|x][starttls]"                                                },
    {"every verb",
     "HELO a\r\nAUTH b\r\nMAIL c\r\nRCPT d\r\nRSET\r\nQUIT\r\nVRFY e\r\nEXPN f\r\nHELP\r\n", "[helo|a][auth|b][mail|c][rcpt|d][rset][quit][vrfy|e][expn|f][help]"},
    {"a line feed is enough",      "NOOP\nNOOP\n",                                           "[noop][noop]"                                                      },
    {"half a line",                "NOO",                                                    ""                                                                  },
    {"arguments",                  "MAIL FROM:<a@b>  SIZE=1 \r\n",                           "[mail|FROM:<a@b>|SIZE=1]"                                          },
    {"spaces before them",         "RCPT   TO:<a>\r\n",                                      "[rcpt|TO:<a>]"                                                     },
    {"nothing but spaces",         "EHLO   \r\n",                                            "[ehlo]"                                                            },
    {"8-bit bytes",                "RCPT TO:<\xc3\xb6@b>\r\n",                               "[rcpt|TO:<\xc3\xb6@b>]"                                            },
    {"eleven arguments",           "NOOP 1 2 3 4 5 6 7 8 9 a b\r\n",                         "[noop|1|2|3|4|5|6|7|8|9|a|b]"                                      },
    {"twelve arguments",           "NOOP 1 2 3 4 5 6 7 8 9 a b c\r\n",                       "[?]"                                                               },
    {"a verb for later",           "DATA\r\n",                                               "[?]"                                                               },
    {"XCLIENT is not for clients", "XCLIENT ADDR=192.0.2.1\r\n",                             "[?]"                                                               },
    {"a longer verb",              "NOOPS\r\n",                                              "[?]"                                                               },
    {"a colon too early",          "MAIL:FROM:<a>\r\n",                                      "[?]"                                                               },
    {"a space before the verb",    " NOOP\r\n",                                              "[?]"                                                               },
    {"an empty line",              "\r\n",                                                   "[?]"                                                               },
    {"a CR inside",                "MAIL FROM:<a>\rRCPT\r\n",                                "[?]"                                                               },
    {"a second CR at the end",     "NOOP\r\r\n",                                             "[?]"                                                               },
    {"a NUL",                      "HELO a\0b\r\n"sv,                                        "[?]"                                                               },
    {"a tab",                      "HELO\ta\r\n",                                            "[?]"                                                               },
    {"an escape character",        "HELO \x1b[2J\r\n",                                       "[?]"                                                               },
    {"DEL",                        "HELO \x7f\r\n",                                          "[?]"                                                               },
    {"two in one packet",          "RSET\r\nQUIT\r\n",                                       "[rset][quit]"                                                      },
};

}

TEST_CASE("SMTP bytes are read as commands, however the network cut them") {
    for (auto& row : rows) {
        INFO(row.about);
        CHECK(read_all(row.bytes, row.bytes.size()) == row.commands);
        CHECK(read_all(row.bytes, 1) == row.commands);
    }
}

TEST_CASE("What is passed on of MAIL and RCPT is the whole command") {
    CHECK(smtp::parse_command("MAIL FROM:<a@b>  SIZE=1  ")->text == "MAIL FROM:<a@b>  SIZE=1");
    CHECK(smtp::parse_command("rcpt to:<a@b>")->text == "rcpt to:<a@b>");
    CHECK(smtp::parse_command("MAIL")->text == "MAIL");
}
