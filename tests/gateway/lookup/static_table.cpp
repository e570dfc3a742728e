#include "gateway/lookup/static_table.hpp"

#include "gateway/lookup/wildcard.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::gateway;
using config::mail_protocol;

namespace {

config::route_settings row(
    std::string user, std::string domain, std::string pattern, std::string to
) {
    config::route_settings r;
    r.user = std::move(user);
    r.domain = std::move(domain);
    r.pattern = std::move(pattern);
    r.upstream.host = std::move(to);
    return r;
}

config::lookup_settings table() {
    config::lookup_settings s;
    s.upstream.host = "default";
    s.routes = {
        row("", "", "*@*.example.org", "any-sub"),
        row("", "", "a?c*", "a-c"),
        row("", "Example.ORG", "", "domain"),
        row("Boss@example.org", "", "", "boss"),
        row("", "pop.example", "", "pop-only"),
    };
    s.routes[4].protocol = mail_protocol::pop3;
    return s;
}

std::string where(const lookup& l, std::string_view user, mail_protocol p = mail_protocol::imap) {
    auto v = static_cast<const static_table&>(l).find(user, p);
    auto* to = std::get_if<route>(&v);
    return to ? to->upstream.host + ":" + std::to_string(to->upstream.port) + " " + to->user : "no";
}

}

TEST_CASE("routes are tried by user, domain, pattern and default, in this order") {
    auto settings = table();
    static_table t(settings);
    CHECK(where(t, "boss@EXAMPLE.org") == "boss:143 boss@EXAMPLE.org");
    CHECK(where(t, "alice@example.org") == "domain:143 alice@example.org");
    CHECK(where(t, "abc@example.org") == "domain:143 abc@example.org");
    CHECK(where(t, "x@y@example.org") == "domain:143 x@y@example.org");
    CHECK(where(t, "abc@mail.example.org") == "any-sub:143 abc@mail.example.org");
    CHECK(where(t, "AXCeed") == "a-c:143 AXCeed");
    CHECK(where(t, "zoe") == "default:143 zoe");
    CHECK(where(t, "") == "default:143 ");
    CHECK(where(t, "zoe@pop.example") == "default:143 zoe@pop.example");
    CHECK(where(t, "zoe@pop.example", mail_protocol::pop3) == "pop-only:110 zoe@pop.example");
    CHECK(where(t, "zoe", mail_protocol::smtp) == "default:25 zoe");
}

TEST_CASE("who has no route hears that the login is wrong, and may try again") {
    config::lookup_settings settings;
    settings.routes = {row("alice", "", "", "one")};
    settings.routes[0].upstream.port = 1143;
    static_table t(settings);
    CHECK(where(t, "ALICE") == "one:1143 ALICE");
    auto v = t.find("mallory", mail_protocol::imap);
    auto* no = std::get_if<denial>(&v);
    REQUIRE(no);
    CHECK(no->may_retry);
    CHECK(no->wait.count() == 0);
    CHECK(no->what.why == refusal::kind::bad_login);
    CHECK(no->what.text == "Invalid login or password");
}

TEST_CASE("names are rewritten once, and nothing in them is taken for a template") {
    auto settings = table();
    settings.upstream_user = "{local}+{domain}={user}";
    settings.routes[3].upstream_user = "chief";
    static_table t(settings);
    CHECK(where(t, "a@b") == "default:143 a+b=a@b");
    CHECK(where(t, "{domain}@{user}") == "default:143 {domain}+{user}={domain}@{user}");
    CHECK(where(t, "plain") == "default:143 plain+=plain");
    CHECK(where(t, "boss@example.org") == "boss:143 chief");
    CHECK(fill_in("{other} {", "x") == "{other} {");
}

TEST_CASE("patterns fit whole names, in either case, and cannot be made slow") {
    struct row {
        std::string_view pattern, text;
        bool fit;
    };
    const row rows[] = {
        {"",      "",      true },
        {"",      "a",     false},
        {"*",     "",      true },
        {"*",     "abc",   true },
        {"a*",    "abc",   true },
        {"a*",    "bac",   false},
        {"*c",    "abc",   true },
        {"*c",    "abcd",  false},
        {"a?c",   "ABC",   true },
        {"a?c",   "ac",    false},
        {"?",     "",      false},
        {"*a*b*", "xaybz", true },
        {"*a*b*", "xbya",  false},
        {"a**b",  "ab",    true },
        {"*@b",   "a@b@b", true },
        {"*ab",   "aaab",  true },
    };
    for (auto& r : rows) {
        INFO(r.pattern << " " << r.text);
        CHECK(fits(r.pattern, r.text) == r.fit);
    }
    std::string pattern, text(4000, 'a');
    for (int i = 0; i < 100; ++i)
        pattern += "*a";
    CHECK_FALSE(fits(pattern + "b", text)); // exponential matchers never come back from this
}

TEST_CASE("a route without a port leads to that of its way to TLS") {
    config::lookup_settings settings;
    settings.upstream.host = "main";
    config::route_settings r;
    r.user = "a";
    r.upstream.host = "routed";
    r.tls.mode = config::upstream_tls::on;
    settings.routes.push_back(r);
    static_table table(settings, config::upstream_tls::starttls);
    auto find = [&](const char* user, config::mail_protocol p) {
        return std::get<route>(table.find(user, p));
    };
    using enum config::mail_protocol;
    CHECK(find("a", imap).upstream.port == 993);
    CHECK(find("a", pop3).upstream.port == 995);
    CHECK(find("a", smtp).upstream.port == 465);
    CHECK(find("a", imap).tls == &settings.routes[0].tls);
    CHECK(find("b", imap).upstream.port == 143);
    CHECK(find("b", imap).tls == nullptr);
    static_table on(settings, config::upstream_tls::on);
    CHECK(std::get<route>(on.find("b", imap)).upstream.port == 993);
}
