#include "protocols/smtp/dialogue.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/play.hpp"
#include "tests/support/run.hpp"

using namespace postern;
using namespace std::chrono_literals;
using test::step;

namespace {

std::unique_ptr<dialogue> make(
    const config::server_settings& settings,
    stream& client,
    const client_facts& facts,
    budget& spent
) {
    return std::make_unique<smtp::dialogue>(settings, client, facts, spent);
}

// What the client has said before the upstream is entered, by the first word of the file's name.
struct beginning {
    std::string_view word, text;
};
constexpr beginning beginnings[] = {
    {"login",    R"(
        S: 220 mail.example.org ESMTP ready
        C: EHLO client.example.org
        S: 250-mail.example.org
        S: 250 AUTH PLAIN LOGIN
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        login: alice secret
    )"},
    {"silent",   R"(
        S: 220 mail.example.org ESMTP ready
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        login: alice secret
    )"},
    {"envelope", R"(
        S: 220 mail.example.org ESMTP ready
        C: EHLO client.example.org
        S: 250 mail.example.org
        C: MAIL FROM:<alice@example.org> SIZE=100
        S: 250 2.0.0 OK
        C: RCPT TO:<bob@example.org>
        envelope: client.example.org | MAIL FROM:<alice@example.org> SIZE=100 | RCPT TO:<bob@example.org>
    )"},
    {"helo",     R"(
        S: 220 mail.example.org ESMTP ready
        C: HELO client.example.org
        S: 250 mail.example.org
        C: MAIL FROM:<alice@example.org>
        S: 250 2.0.0 OK
        C: RCPT TO:<bob@example.org>
        envelope: client.example.org | MAIL FROM:<alice@example.org> | RCPT TO:<bob@example.org>
    )"},
};

test::transcript before(const std::string& name) {
    for (auto& b : beginnings)
        if (name.starts_with(b.word)) return test::read_transcript(b.text);
    throw std::invalid_argument("no beginning for " + name);
}

// A client that logs in, an upstream, and a dialogue between them that has been asked.
struct scene {
    config::server_settings settings;
    client_facts facts = {.address = "192.0.2.7"};
    budget spent{settings.budget};
    test::scripted_stream client, upstream;
    smtp::dialogue talk;

    scene(std::string_view client_script, std::string_view upstream_script)
        : client(test::read_transcript(client_script)),
          upstream(test::read_transcript(upstream_script), {}, step::kind::server),
          talk(settings, client, facts, spent) {
        settings.server_name = "mail.example.org";
    }
};

// A client that has bytes on the wire before it was greeted.
class impatient final : public stream {
public:
    task<result<bool>> quiet_for(std::chrono::milliseconds) override { co_return false; }
    task<result<std::string_view>> read(std::size_t) override { co_return "EHLO bot\r\n"; }
    task<result<void>> write(std::string_view text) override {
        heard += text;
        co_return result<void>();
    }
    task<result<void>> start_tls() override { co_return errc::tls_failed; }
    const tls::facts* tls() const override { return nullptr; }

    std::string heard;
};

std::string outcome_of(scene& s, const std::string& user, const std::string& password) {
    sasl::credentials who;
    who.user = user;
    who.password = secret(password);
    auto in = test::run(s.talk.enter(s.upstream, who, false));
    if (!in) return in.error().message();
    return in->accepted ? "accepted" : "denied " + in->reply;
}

}

TEST_CASE("SMTP transcripts are played as written, whole, byte by byte, and broken at every step") {
    for (auto& script : test::transcripts_of("smtp")) {
        INFO(script.name);
        CHECK(test::verdict(script, config::mail_protocol::smtp, make) == "");
    }
}

TEST_CASE("SMTP logs in at upstreams as written, and breaks in good order at every step") {
    for (auto& script : test::transcripts_of("upstream/smtp")) {
        INFO(script.name);
        auto start = before(script.name);
        CHECK(test::verdict_upstream(script, config::mail_protocol::smtp, make, start) == "");
    }
}

TEST_CASE("SMTP credentials that cannot stand in a command are never sent") {
    const char* anything = "S: 220 mx\nC: nothing\n";
    SECTION("a NUL would move the border between name and password") {
        scene s("end: closed", anything);
        s.settings.proxy.smtp_auth = true;
        CHECK(outcome_of(s, std::string("a\0b", 3), "secret") == "denied ");
        CHECK(outcome_of(s, "alice", std::string("a\0b", 3)) == "denied ");
        CHECK(s.upstream.calls() == 0);
    }
    SECTION("a name that no XCLIENT command can hold") {
        scene s("end: closed", anything);
        CHECK(outcome_of(s, std::string(512, 'a'), "secret") == "denied ");
        CHECK(s.upstream.calls() == 0);
        CHECK(outcome_of(s, "alice", "secret") != "denied ");
    }
}

TEST_CASE("A line break in an SMTP name is told in xtext and ends nothing") {
    scene s("end: closed", R"(
        S: 220 mx
        C: EHLO mail.example.org
        S: 250-mx
        S: 250 XCLIENT LOGIN
        C: XCLIENT LOGIN=a+0D+0AMAIL+20FROM:<>
        S: 220 mx
    )");
    CHECK(outcome_of(s, "a\r\nMAIL FROM:<>", "secret") == "accepted");
    CHECK(s.upstream.surprise == "");
    CHECK(s.upstream.finished());
}

TEST_CASE("XCLIENT tells an IPv6 address with its prefix and a Unix socket as no address") {
    auto told = [](std::string address, const std::string& word) {
        scene s(
            "end: closed",
            "S: 220 mx\nC: EHLO mail.example.org\nS: 250-mx\n"
            "S: 250 XCLIENT ADDR LOGIN\nC: XCLIENT " +
                word + " LOGIN=alice\nS: 220 mx\n"
        );
        s.facts.address = std::move(address);
        auto outcome = outcome_of(s, "alice", "secret");
        return s.upstream.surprise + outcome;
    };
    CHECK(told("2001:db8::1", "ADDR=IPV6:2001:db8::1") == "accepted");
    CHECK(told("192.0.2.7", "ADDR=192.0.2.7") == "accepted");
    CHECK(told("unix:", "ADDR=[UNAVAILABLE]") == "accepted");
}

TEST_CASE("What an SMTP upstream says behind the login follows our own word") {
    scene s(
        "S: 220 mail.example.org ESMTP ready\nC: AUTH PLAIN AGFsaWNlAHNlY3JldA==\n"
        "login: alice secret\nS: 235 2.0.0 OK\nS: 421 going down\n",
        "S: 220 mx\nC: EHLO mail.example.org\nS: 250-mx\nS: 250 AUTH PLAIN\n"
        "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 in\nS: 421 going down\n"
    );
    s.settings.proxy.smtp_auth = true;
    s.settings.proxy.xclient = false;
    auto login = test::run(s.talk.ask());
    REQUIRE(login.has_value());
    REQUIRE(s.client.other());
    s.client.pass();
    auto in = test::run(s.talk.enter(s.upstream, *login, false));
    REQUIRE(in.has_value());
    CHECK(in->reply == "235 in\r\n");
    CHECK(test::run(s.talk.admit(*in)).has_value());
    CHECK(s.client.surprise == "");
    CHECK(s.client.finished());
}

TEST_CASE("SMTP greets after the delay those who wait, and turns the others away") {
    SECTION("a client that waits") {
        scene s("S: 220 mail.example.org ESMTP ready\nend: closed", "S: 220 unused\n");
        s.settings.smtp.greeting_delay = 3s;
        CHECK(test::run(s.talk.ask()).error() == errc::closed);
        CHECK(s.client.surprise == "");
    }
    SECTION("a client that does not") {
        config::server_settings settings;
        settings.smtp.greeting_delay = 3s;
        client_facts facts;
        budget spent(settings.budget);
        impatient client;
        smtp::dialogue talk(settings, client, facts, spent);
        CHECK(test::run(talk.ask()).error() == errc::talked_early);
        CHECK(client.heard == "503 5.5.0 Improper use of SMTP command pipelining\r\n");
    }
    SECTION("nobody is made to wait without the directive") {
        scene s("S: 220 mail.example.org ESMTP ready\nend: closed", "S: 220 unused\n");
        CHECK(test::run(s.talk.ask()).error() == errc::closed);
        CHECK(s.client.calls() == 2); // the greeting and a read
    }
}
