#include "protocols/pop3/dialogue.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/play.hpp"
#include "tests/support/run.hpp"

using namespace postern;
using test::step;

namespace {

std::unique_ptr<dialogue> make(
    const config::server_settings& settings,
    stream& client,
    const client_facts& facts,
    budget& spent
) {
    return std::make_unique<pop3::dialogue>(settings, client, facts, spent);
}

const test::transcript before = test::read_transcript(R"(
    S: +OK POP3 ready
    C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
    login: alice secret
)");

// Enters an upstream that would agree to anything, and tells what it was sent.
struct entered {
    bool accepted = true;
    std::string reply, surprise;
    std::size_t calls = 0;
};

entered enter_as(std::string user, std::string_view password) {
    config::server_settings settings;
    client_facts facts = {.address = "192.0.2.7"};
    budget spent{settings.budget};
    test::scripted_stream client(before);
    test::scripted_stream upstream(
        test::read_transcript("S: +OK\nC: USER nobody\n"), {}, step::kind::server
    );
    pop3::dialogue talk(settings, client, facts, spent);
    sasl::credentials who;
    who.user = std::move(user);
    who.password = secret(password);
    auto in = test::run(talk.enter(upstream, who, false));
    if (!in) return {true, in.error().message(), upstream.surprise, upstream.calls()};
    return {in->accepted, in->reply, upstream.surprise, upstream.calls()};
}

}

TEST_CASE("POP3 transcripts are played as written, whole, byte by byte, and broken at every step") {
    for (auto& script : test::transcripts_of("pop3")) {
        INFO(script.name);
        CHECK(test::verdict(script, config::mail_protocol::pop3, make) == "");
    }
}

TEST_CASE("POP3 logs in at upstreams as written, and breaks in good order at every step") {
    for (auto& script : test::transcripts_of("upstream/pop3")) {
        INFO(script.name);
        CHECK(test::verdict_upstream(script, config::mail_protocol::pop3, make, before) == "");
    }
}

TEST_CASE("POP3 never sends a name or password that could become a command") {
    struct row {
        const char* about;
        std::string user, password;
    };
    const row rows[] = {
        {"CRLF in the name",          "alice\r\nDELE 1",     "secret"                      },
        {"CRLF in the password",      "alice",               "secret\r\nDELE 1"            },
        {"a line feed in the name",   "alice\nDELE 1",       "secret"                      },
        {"a bare CR in the password", "alice",               "a\rb"                        },
        {"a NUL in the name",         std::string("al\0ice", 6),                             "secret"},
        {"a NUL in the password",                           "alice",                          std::string("a\0b",                       3)},
        {"another control character",                         "alice\x1b[2J",                                              "secret"                           },
        {"no name",                   "","secret"},
        {"a space before the name",                   " alice",                                              "secret"                                                              },
        {"a space behind the name",                   "alice ","secret"},
    };
    for (auto& row : rows) {
        INFO(row.about);
        auto got = enter_as(row.user, row.password);
        CHECK_FALSE(got.accepted);
        CHECK(got.reply == "");
        CHECK(got.calls == 0); // not a byte was exchanged
    }
    CHECK(enter_as("nobody", "a\tb").calls > 0);
}
