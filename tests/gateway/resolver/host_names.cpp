#include "gateway/resolver/host_names.hpp"

#include "tests/gateway/net/peers.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <map>

using namespace postern;
using namespace postern::gateway;
using namespace std::chrono_literals;

namespace {

using outcome = question::outcome;

// DNS as a test wants it: an answer for each "kind name", given at once or a turn later; silence
// for everything else.
struct puppet_dns final : name_service {
    struct answer {
        outcome came = outcome::found;
        std::vector<std::string> found = {};
        std::optional<std::chrono::seconds> lasts = {};
    };
    boost::asio::io_context& loop;
    std::map<std::string, answer>& answers;
    std::vector<std::string>& asked;
    bool at_once = true;

    puppet_dns(
        boost::asio::io_context& l, std::map<std::string, answer>& a, std::vector<std::string>& q
    )
        : loop(l), answers(a), asked(q) {}

    void ask(std::shared_ptr<question> q) override {
        auto kind = q->what == question::kind::names          ? "PTR "
                    : q->what == question::kind::addresses_v4 ? "A "
                                                              : "AAAA ";
        asked.push_back(kind + q->name);
        auto known = answers.find(asked.back());
        if (known == answers.end()) return;
        auto end = [q, a = known->second] {
            q->found = a.found;
            q->lasts = a.lasts;
            q->end(a.came, a.came == outcome::failed ? "server failure" : "no such name");
        };
        if (at_once) return end();
        boost::asio::post(loop, end);
    }
};

struct stage {
    boost::asio::io_context loop;
    std::map<std::string, puppet_dns::answer> answers;
    std::vector<std::string> asked;
    config::resolver_settings settings;
    std::shared_ptr<inquiry> by;

    host_names names(bool at_once = true) {
        auto dns = std::make_unique<puppet_dns>(loop, answers, asked);
        dns->at_once = at_once;
        return {std::move(dns), settings};
    }
    // "host / reverse"
    std::string find(
        host_names& in, const std::string& address, std::chrono::milliseconds within = 10s
    ) {
        by = std::make_shared<inquiry>(loop.get_executor());
        auto until = host_names::clock::now() + within;
        auto got = test::pending<named_client>(loop, in.find(address, by, until)).get();
        why = got.why;
        return got.names.host + " / " + got.names.reverse;
    }
    std::string why;
};

const auto ptr = "PTR 7.2.0.192.in-addr.arpa";

}

TEST_CASE("names of addresses stand backwards in DNS") {
    CHECK(reverse_name("192.0.2.7") == "7.2.0.192.in-addr.arpa");
    CHECK(
        reverse_name("2001:db8::1f") == "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0."
                                        "1.0.0.2.ip6.arpa"
    );
    CHECK(reverse_name("unix:").empty());
}

TEST_CASE("a client's name is the one that its address points to and that has the address") {
    for (bool at_once : {true, false}) {
        stage s;
        auto names = s.names(at_once);
        s.answers[ptr] = {outcome::found, {"mail.example.org"}, 60s};
        s.answers["A mail.example.org"] = {
            outcome::found, {"192.0.2.1", "192.0.2.7"},
             60s
        };
        CHECK(s.find(names, "192.0.2.7") == "mail.example.org / mail.example.org");
        CHECK(s.why.empty());
        s.answers["PTR " + reverse_name("2001:db8::7")] = {
            outcome::found, {"six.example.org."}, 60s};
        s.answers["AAAA six.example.org"] = {outcome::found, {"2001:db8::7"}, 60s};
        CHECK(s.find(names, "2001:db8::7") == "six.example.org / six.example.org");
        CHECK(s.asked.size() == 4);
    }
}

TEST_CASE("a client without a verified name gets what nginx has for it") {
    struct row {
        const char* about;
        puppet_dns::answer pointer, forward;
        const char *told, *why;
    };
    const puppet_dns::answer good{outcome::found, {"mail.example.org"}, 60s};
    const puppet_dns::answer absent{outcome::absent}, failed{outcome::failed};
    const row rows[] = {
        {"no pointer",            absent,                 {},                                                 "[UNAVAILABLE] / [UNAVAILABLE]", "its address: no such name"           },
        {"a failure",             failed,                 {},                                                 "[TEMPUNAVAIL] / [TEMPUNAVAIL]", "its address: server failure"         },
        {"no such name",
         good,                                            absent,
         "[UNAVAILABLE] / mail.example.org",                                                                                                   "mail.example.org: no such name"      },
        {"a failure of the name",
         good,                                            failed,
         "[TEMPUNAVAIL] / mail.example.org",                                                                                                   "mail.example.org: server failure"    },
        {"another address",
         good,                                            {outcome::found, {"192.0.2.8", "192.0.2.70"}, 60s},
         "[UNAVAILABLE] / mail.example.org",                                                                                                   "mail.example.org has another address"},
        {"a line of its own",
         {outcome::found, {"a\r\nAuth-Status: OK"}, 60s},
         good,                                                                                                "[TEMPUNAVAIL] / [TEMPUNAVAIL]",
         "its address points to an invalid name: a\r\nAuth-Status: OK"                                                                                                               },
        {"the root",
         {outcome::found, {"."}, 60s},
         good,                                                                                                "[TEMPUNAVAIL] / [TEMPUNAVAIL]",
         "its address points to an invalid name: "                                                                                                                                   },
    };
    for (auto& row : rows) {
        INFO(row.about);
        stage s;
        auto names = s.names();
        s.answers[ptr] = row.pointer;
        s.answers["A mail.example.org"] = row.forward;
        CHECK(s.find(names, "192.0.2.7") == row.told);
        CHECK(s.why == row.why);
    }
}

TEST_CASE("who waits for a name waits no longer than it wants to") {
    stage s;
    auto names = s.names();
    CHECK(s.find(names, "192.0.2.7", 20ms) == "[TEMPUNAVAIL] / [TEMPUNAVAIL]");
    CHECK(s.why == "its address: no answer in time");
    CHECK(names.may_complain());
    CHECK_FALSE(names.may_complain());
    s.answers[ptr] = {outcome::found, {"mail.example.org"}, 60s};
    host_names fresh = s.names();
    CHECK(s.find(fresh, "192.0.2.7", 20ms) == "[TEMPUNAVAIL] / mail.example.org");
    CHECK(s.why == "mail.example.org: no answer in time");
}

TEST_CASE("who has gone does not wait, and is not remembered") {
    stage s;
    auto names = s.names();
    auto by = std::make_shared<inquiry>(s.loop.get_executor());
    auto until = host_names::clock::now() + 30s;
    const std::string address = "192.0.2.7"; // lives as long as the question
    test::pending<named_client> going(s.loop, names.find(address, by, until));
    s.loop.poll();
    CHECK_FALSE(going.done());
    auto began = host_names::clock::now();
    by->call_off();
    going.get();
    CHECK(host_names::clock::now() - began < 5s);
    CHECK_FALSE(names.recall("192.0.2.7"));
}

TEST_CASE("what DNS said is remembered as long as it says, or as valid= does") {
    stage s;
    s.answers["A mail.example.org"] = {outcome::found, {"192.0.2.7"}, 60s};
    SECTION("its own time") {
        auto names = s.names();
        s.answers[ptr] = {outcome::found, {"mail.example.org"}, 60s};
        s.find(names, "192.0.2.7");
        REQUIRE(names.recall("192.0.2.7"));
        CHECK(names.recall("192.0.2.7")->host == "mail.example.org");
    }
    SECTION("no time at all") {
        auto names = s.names();
        s.answers[ptr] = {outcome::found, {"mail.example.org"}, 0s};
        s.find(names, "192.0.2.7");
        CHECK_FALSE(names.recall("192.0.2.7"));
    }
    SECTION("valid") {
        s.settings.from.valid = 30s;
        auto names = s.names();
        s.answers[ptr] = {outcome::found, {"mail.example.org"}, 0s};
        s.find(names, "192.0.2.7");
        CHECK(names.recall("192.0.2.7"));
    }
    SECTION("that there is none") {
        auto names = s.names();
        s.answers[ptr] = {outcome::absent};
        s.find(names, "192.0.2.7");
        REQUIRE(names.recall("192.0.2.7"));
        CHECK(names.recall("192.0.2.7")->host == "[UNAVAILABLE]");
    }
}

TEST_CASE("some names are known without asking") {
    stage s;
    s.settings.from.ipv6 = false;
    auto names = s.names();
    REQUIRE(names.recall("unix:"));
    CHECK(names.recall("unix:")->host == "[TEMPUNAVAIL]");
    REQUIRE(names.recall("2001:db8::7"));
    CHECK(names.recall("2001:db8::7")->host == "[UNAVAILABLE]");
    CHECK_FALSE(names.recall("192.0.2.7"));
    CHECK(s.asked.empty());
}

TEST_CASE("as many names are kept as there is room for, the newest") {
    name_cache cache(2);
    auto now = name_cache::clock::now();
    client_names some{"a", "a"};
    cache.keep("1", some, now + 10s);
    cache.keep("2", some, now + 20s);
    CHECK(cache.find("1", now + 9s));
    CHECK_FALSE(cache.find("1", now + 10s));
    CHECK(cache.size() == 1);
    cache.keep("3", some, now + 20s);
    cache.keep("3", {"b", "b"}, now + 30s);
    CHECK(cache.size() == 2);
    CHECK(cache.find("3", now)->host == "b");
    cache.keep("4", some, now + 20s);
    CHECK(cache.size() == 2);
    CHECK_FALSE(cache.find("2", now));
    CHECK(cache.find("4", now));
}
