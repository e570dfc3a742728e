#include "protocols/imap/capability.hpp"
#include "protocols/imap/reply.hpp"
#include "tests/support/catch.hpp"

using namespace postern;

TEST_CASE("a lookup's words cannot leave their line") {
    CHECK(imap::failed("a1", "Invalid login") == "a1 NO Invalid login\r\n");
    CHECK(imap::failed("a1", "x\r\na1 OK in\x80") == "a1 NO x??a1 OK in?\r\n");
    CHECK(imap::failed("a1", "") == "a1 NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
    CHECK(imap::failed("a1", std::string(9000, 'x')).size() < 500);
}

TEST_CASE("an upstream's refusal is passed on only when it is one") {
    const std::string own = "a1 NO [AUTHENTICATIONFAILED] Authentication failed\r\n";
    CHECK(imap::denied("a1", "a1 NO go away\r\n") == "a1 NO go away\r\n");
    CHECK(imap::denied("a1", "a1 BAD what?") == "a1 BAD what?\r\n");
    CHECK(imap::denied("a1", "a1 no [X] m\xc3\xbc") == "a1 no [X] m\xc3\xbc\r\n");
    for (auto other :
         {"",
          "a2 NO x",
          "a1 OK in",
          "a1 NOT",
          "* BYE",
          "a1 NO x\r\n* OK y\r\n",
          "a1",
          "a1 NO \x1b[2J"})
        CHECK(imap::denied("a1", other) == own);
    CHECK(imap::denied("a1", "a1 NO " + std::string(2000, 'x')) == own);
    CHECK(imap::denied("a1", "", true) == "a1 NO [UNAVAILABLE] Try again later\r\n");
    CHECK(imap::denied("a1", "a1 NO [INUSE] x\r\n", true) == "a1 NO [INUSE] x\r\n");
}

TEST_CASE("capabilities say what may be done here and now") {
    config::server_settings server;
    using enum config::starttls_mode;
    auto line = [&](config::starttls_mode mode, bool is_tls) {
        server.tls.starttls = mode;
        return imap::capability_line(server, is_tls);
    };
    CHECK(line(off, false) == "* CAPABILITY IMAP4 IMAP4rev1 UIDPLUS AUTH=PLAIN\r\n");
    CHECK(line(on, false) == "* CAPABILITY IMAP4 IMAP4rev1 UIDPLUS AUTH=PLAIN STARTTLS\r\n");
    CHECK(line(only, false) == "* CAPABILITY IMAP4 IMAP4rev1 UIDPLUS STARTTLS LOGINDISABLED\r\n");
    CHECK(line(only, true) == "* CAPABILITY IMAP4 IMAP4rev1 UIDPLUS AUTH=PLAIN\r\n");
    server.imap.auth = {config::auth_method::plain, config::auth_method::login};
    CHECK(line(off, true) == "* CAPABILITY IMAP4 IMAP4rev1 UIDPLUS AUTH=PLAIN AUTH=LOGIN\r\n");
    server.imap.auth = {config::auth_method::login};
    CHECK(line(off, true) == "* CAPABILITY IMAP4 IMAP4rev1 UIDPLUS AUTH=LOGIN LOGINDISABLED\r\n");
}
