#include "protocols/pop3/reply.hpp"

#include "tests/support/catch.hpp"

using namespace postern;
using kind = refusal::kind;

TEST_CASE("A POP3 refusal is one clean line whatever it is made of") {
    struct row {
        const char* about;
        kind why;
        std::string text, line;
    };
    const row rows[] = {
        {"the lookup's words",      kind::bad_login,   "No such user",       "-ERR No such user\r\n"                },
        {"no words",                kind::bad_login,   "",                   "-ERR Authentication failed\r\n"       },
        {"a broken line",           kind::bad_login,   "no\r\n+OK in",       "-ERR no??+OK in\r\n"                  },
        {"bytes above ASCII",       kind::bad_login,   "n\xc3\xb6",          "-ERR n??\r\n"                         },
        {"the upstream's line",     kind::denied,      "-ERR [AUTH] no\r\n", "-ERR [AUTH] no\r\n"                   },
        {"the same without an end", kind::denied,      "-ERR no",            "-ERR no\r\n"                          },
        {"nothing but the status",  kind::denied,      "-ERR\r\n",           "-ERR\r\n"                             },
        {"no line",                 kind::denied,      "",                   "-ERR [AUTH] Authentication failed\r\n"},
        {"two lines",               kind::denied,      "-ERR a\r\n+OK\r\n",  "-ERR [AUTH] Authentication failed\r\n"},
        {"a bare CR",               kind::denied,      "-ERR a\rb\r\n",      "-ERR [AUTH] Authentication failed\r\n"},
        {"a control character",
         kind::denied,
         "-ERR \x1b[2J\r\n",                                                 "-ERR [AUTH] Authentication failed\r\n"},
        {"no refusal at all",       kind::denied,      "+OK in\r\n",         "-ERR [AUTH] Authentication failed\r\n"},
        {"another word",            kind::denied,      "-ERROR\r\n",         "-ERR [AUTH] Authentication failed\r\n"},
        {"trouble",                 kind::unavailable, "db1 is down",        "-ERR internal server error\r\n"       },
    };
    for (auto& row : rows) {
        INFO(row.about);
        refusal no;
        no.why = row.why;
        no.text = row.text;
        CHECK(pop3::refusal_line(no) == row.line);
    }
}

TEST_CASE("A POP3 refusal for now does not blame the credentials") {
    refusal no;
    no.why = kind::denied;
    no.temporary = true;
    CHECK(pop3::refusal_line(no) == "-ERR [SYS/TEMP] Try again later\r\n");
    no.text = "-ERR [IN-USE] busy\r\n";
    CHECK(pop3::refusal_line(no) == no.text);
}

TEST_CASE("A POP3 refusal is never longer than a POP3 line") {
    refusal no;
    no.text = std::string(5000, 'x');
    CHECK(pop3::refusal_line(no).size() <= 512);
    no.why = kind::denied;
    no.text = "-ERR " + std::string(505, 'x') + "\r\n";
    CHECK(pop3::refusal_line(no) == no.text); // 512 octets
    no.text = "-ERR " + std::string(506, 'x') + "\r\n";
    CHECK(pop3::refusal_line(no) == "-ERR [AUTH] Authentication failed\r\n");
}
