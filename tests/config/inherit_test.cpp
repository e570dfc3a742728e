#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using config::session_cache;
using mode = session_cache::builtin_mode;

namespace {

config::server_settings first_server(const std::string& text) {
    auto got = test::load(text);
    INFO(text << "\n" << test::summary(got.diagnostics));
    REQUIRE(got.made);
    REQUIRE(got.made->servers.size() >= 1);
    return got.made->servers[0];
}

session_cache cache_of(const std::string& mail, const std::string& server) {
    auto line = [](const std::string& text) {
        return text.empty() ? "" : "ssl_session_cache = \"" + text + "\"\n";
    };
    return first_server(
               "[mail]\nupstream = \"localhost\"\n" + line(mail) +
               "[[mail.server]]\nlisten = \"993 ssl\"\n" + line(server)
    )
        .tls.cache;
}

}

TEST_CASE("a server takes from [mail] what it does not say itself") {
    auto s =
        first_server("[mail]\nupstream = \"h:1\"\ntimeout = 5\nmax_errors = 7\n"
                     "imap_capabilities = [\"A\", \"B\"]\n"
                     "[[mail.server]]\nlisten = 143\nmax_errors = 9\nimap_capabilities = [\"C\"]\n"
        );
    CHECK(s.lookup.upstream.host == "h");
    CHECK(s.lookup.upstream.port == 1);
    CHECK(s.timeout == std::chrono::seconds(5));
    CHECK(s.budget.errors == 9);
    CHECK(s.imap.capabilities == std::vector<std::string>{"C"}); // lists are replaced, not merged
    CHECK(s.budget.commands == 1000);
}

TEST_CASE("routes of [mail] are for servers without their own") {
    auto got = test::load("[mail]\n[[mail.route]]\nuser = \"a\"\nupstream = \"m\"\n"
                          "[[mail.server]]\nlisten = 143\n"
                          "[[mail.server]]\nlisten = 110\n"
                          "[[mail.server.route]]\nuser = \"b\"\nupstream = \"s\"\n");
    REQUIRE(got.made);
    auto& servers = got.made->servers;
    REQUIRE(servers[0].lookup.routes.size() == 1);
    CHECK(servers[0].lookup.routes[0].upstream.host == "m");
    REQUIRE(servers[1].lookup.routes.size() == 1);
    CHECK(servers[1].lookup.routes[0].upstream.host == "s");
}

TEST_CASE("the two halves of a session cache are inherited separately") {
    struct {
        const char *mail, *server;
        mode builtin;
        std::size_t sessions;
        const char* zone;
    } rows[] = {
        {"",                        "",            mode::used,   20480, "" },
        {"shared:A:1m",             "builtin",     mode::used,   20480, "A"},
        {"shared:A:1m",             "builtin:5",   mode::used,   5,     "A"},
        {"builtin:100",             "shared:A:1m", mode::unused, 100,   "A"},
        {"builtin:100 shared:A:1m", "",            mode::used,   100,   "A"},
        {"builtin:100 shared:A:1m", "shared:B:1m", mode::unused, 100,   "B"},
        {"builtin:100",             "builtin",     mode::used,   20480, "" },
        {"shared:A:1m",             "off",         mode::off,    20480, "" },
        {"shared:A:1m",             "none",        mode::none,   20480, "" },
        {"off",                     "shared:A:1m", mode::unused, 20480, "A"},
        {"none",                    "builtin",     mode::used,   20480, "" },
    };
    for (auto& r : rows) {
        INFO("mail: " << r.mail << ", server: " << r.server);
        auto got = cache_of(r.mail, r.server);
        CHECK(got.builtin == r.builtin);
        CHECK(got.builtin_sessions == r.sessions);
        CHECK(got.zone == r.zone);
        CHECK(got.uses_zone() == (*r.zone != 0));
    }
}

TEST_CASE("the protocol follows from the first known port, unless it is said") {
    struct {
        const char* listen;
        config::mail_protocol protocol;
    } rows[] = {
        {"143",                          config::mail_protocol::imap},
        {"[\"993 ssl\"]",                config::mail_protocol::imap},
        {"110",                          config::mail_protocol::pop3},
        {"[\"995 ssl\"]",                config::mail_protocol::pop3},
        {"25",                           config::mail_protocol::smtp},
        {"[\"465 ssl\"]",                config::mail_protocol::smtp},
        {"587",                          config::mail_protocol::smtp},
        {"[\"2525\", \"110\", \"143\"]", config::mail_protocol::pop3},
    };
    for (auto& r : rows) {
        INFO(r.listen);
        auto text =
            std::string("[[mail.server]]\nauth_http = \"localhost\"\nlisten = ") + r.listen + "\n";
        CHECK(first_server(text).protocol == r.protocol);
        CHECK(first_server(text + "protocol = \"smtp\"\n").protocol == config::mail_protocol::smtp);
    }
}

TEST_CASE("ssl speaks for every address of its server") {
    auto s = first_server("[mail]\nupstream = \"localhost\"\nssl = true\n"
                          "[[mail.server]]\nlisten = [\"993\", \"994\"]\n");
    CHECK(s.listen[0].ssl);
    CHECK(s.listen[1].ssl);
    CHECK(s.uses_tls());
    s = first_server(
        "[mail]\nupstream = \"localhost\"\n[[mail.server]]\nlisten = [\"143\", \"993 ssl\"]\n"
    );
    CHECK_FALSE(s.listen[0].ssl);
    CHECK(s.listen[1].ssl);
    CHECK(s.uses_tls());
}

TEST_CASE("origins name the line that gave each directive") {
    auto got =
        test::load("worker_processes = 0\n[mail]\nupstream = \"localhost\"\ntimeout = 5\n"
                   "[[mail.server]]\nlisten = 143\n[[mail.server]]\ntimeout = 6\nlisten = 110\n");
    REQUIRE(got.made);
    auto line = [&](std::size_t scope, std::string_view name) {
        auto where = got.from.find(scope, name);
        return where ? where->line : 0;
    };
    CHECK(line(config::origins::process, "worker_processes") == 1);
    CHECK(line(config::origins::process, "user") == 0);
    CHECK(line(0, "timeout") == 4);
    CHECK(line(1, "timeout") == 8);
    CHECK(line(1, "upstream") == 3);
    CHECK(got.from.of_server(0).line == 5);
    CHECK(got.from.of_server(1).line == 7);

    auto found = config::locate(
        {
            {config::severity::error, "timeout", "no" },
            { config::severity::warning,          "ssl_ciphers",    "weak", "try"}
    },
        got.from,
        1
    );
    CHECK(test::summary(found) == "7:1 warning: ssl_ciphers: weak\n8:1 error: timeout: no");
}

TEST_CASE("the default name is this machine's") {
    auto s = first_server(test::server_with(""));
    CHECK_FALSE(s.server_name.empty());
    CHECK(first_server(test::server_with("server_name = \"a.b\"")).server_name == "a.b");
}
