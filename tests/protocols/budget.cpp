#include "protocols/budget.hpp"

#include "protocols/last_words.hpp"
#include "protocols/text/http.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using config::mail_protocol;

namespace {

const config::budget_settings two{
    .errors = 2,
    .commands = 2,
    .login_failures = 2,
    .sasl_steps = 2,
    .literals = 2,
    .bytes = 2,
    .memory = 2};

}

TEST_CASE("each thing that a client spends has its own end") {
    budget spent(two);
    CHECK(spent.command());
    CHECK(spent.command());
    CHECK(spent.command().error() == errc::too_many_commands);
    CHECK(spent.sasl_step());
    CHECK(spent.sasl_step());
    CHECK(spent.sasl_step().error() == errc::too_many_sasl_steps);
    // the last mistake is the one that ends a session
    CHECK(spent.error());
    CHECK(spent.error().error() == errc::too_many_errors);
    CHECK(spent.failed_login());
    CHECK(spent.failed_login().error() == errc::too_many_logins);
    CHECK(spent.literals(2));
    CHECK(spent.literals(3).error() == errc::too_many_literals);
    CHECK(spent.bytes(2));
    CHECK(spent.bytes(0));
    CHECK(spent.bytes(1).error() == errc::too_many_bytes);
}

TEST_CASE("memory is what is held now, and time what the clock says") {
    budget::moment noon{};
    budget spent(two, noon + std::chrono::seconds(5));
    CHECK(spent.hold(2));
    CHECK(spent.hold(3).error() == errc::too_much_memory);
    CHECK(spent.hold(1));
    CHECK(spent.last(noon));
    CHECK(spent.last(noon + std::chrono::seconds(5)).error() == errc::too_slow);
    CHECK(budget(two).last(noon + std::chrono::hours(99999)));
}

TEST_CASE("who is sent away hears why in the protocol's words") {
    auto imap = [](errc why) { return last_words(mail_protocol::imap, why); };
    auto pop3 = [](errc why) { return last_words(mail_protocol::pop3, why); };
    auto smtp = [](errc why) { return last_words(mail_protocol::smtp, why); };
    CHECK(imap(errc::too_many_bytes) == "* BYE Too many bytes before the login\r\n");
    CHECK(pop3(errc::too_slow) == "-ERR No login in time\r\n");
    CHECK(smtp(errc::too_many_errors) == "421 4.7.0 Too many invalid commands\r\n");
    CHECK(smtp(errc::too_slow) == "421 4.4.2 No login in time\r\n");
    CHECK(imap(errc::timed_out) == "* BYE Timed out\r\n");
    CHECK(imap(errc::too_many_logins) == "* BYE Too many failed logins\r\n");
    // POP3 answers, and says nothing unasked.
    CHECK(pop3(errc::timed_out).empty());
    CHECK(pop3(errc::too_many_logins).empty());
    // Who left by itself, or was told before, hears nothing.
    for (auto why : {errc::closed, errc::goodbye, errc::refused, errc::too_long, errc::tls_failed})
        CHECK(smtp(why).empty());
}

TEST_CASE("HTTP is told from mail") {
    for (auto line :
         {"GET / HTTP/1.1",
          "POST /a?b=c HTTP/1.0",
          "OPTIONS * HTTP/1.1",
          "CONNECT mx:25 HTTP/1.1",
          "PRI * HTTP/2.0",
          "GET /",
          "GET http://mx:25/ HTTP/1.1"})
        CHECK(text::is_http_request(line));
    for (auto line :
         {"",
          "GET",
          "GET NOOP",
          "get / HTTP/1.1",
          "EHLO HTTP/1.1",
          "a1 LOGIN GET HTTP/1.1",
          "POSTS /"})
        CHECK_FALSE(text::is_http_request(line));
}
