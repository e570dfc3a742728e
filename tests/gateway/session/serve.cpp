#include "gateway/session/serve.hpp"

#include "gateway/session/sessions.hpp"
#include "tests/gateway/net/peers.hpp"
#include "tests/gateway/session/puppets.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <unistd.h>

using namespace postern;
using namespace postern::gateway;
using boost::asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// One session whose protocol and lookup are puppets; sockets and time are real.
struct stage {
    boost::asio::io_context loop;
    tcp::acceptor door{loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
    std::pair<stream_socket, test::peer> both = test::connected(loop);
    test::peer& client = both.second;
    connection near{std::move(both.first)};
    test::account calls;
    test::puppet_dialogue talk{calls};
    test::puppet_lookup where{calls};
    config::server_settings settings;
    client_facts who;
    int fds[2];
    std::unique_ptr<gateway::log> events;
    record seen;
    std::optional<test::pending<result<admitted>>> going;
    std::optional<login_tools> tools;
    upstreams ways;
    std::optional<budget> spent;

    stage() {
        REQUIRE(::pipe2(fds, O_NONBLOCK) == 0);
        events = std::make_unique<gateway::log>(
            fds[1], -1, config::log_level::debug, config::log_settings::style::text
        );
        where.answer = [this](const query&) { return to_door(); };
        talk.users = {"alice"};
    }
    ~stage() {
        ::close(fds[0]);
        ::close(fds[1]);
    }

    verdict to_door() {
        route r;
        r.upstream.host = "127.0.0.1";
        r.upstream.port = door.local_endpoint().port();
        return r;
    }
    static verdict no(std::chrono::seconds wait, bool may_retry) {
        denial d;
        d.what.text = "no such door";
        d.wait = wait;
        d.may_retry = may_retry;
        return d;
    }

    void start() {
        spent.emplace(settings.budget);
        tools.emplace(login_tools{settings, where, who, *events, ways, *spent});
        going.emplace(loop, serve(near, talk, *tools, seen));
    }
    result<admitted> get() {
        start();
        return going->get();
    }
    std::string logged() {
        std::string room(65536, '\0');
        auto got = ::read(fds[0], room.data(), room.size());
        return got < 0 ? "" : room.substr(0, static_cast<std::size_t>(got));
    }
};

}

TEST_CASE_METHOD(stage, "a login is asked for, looked up, dialled, entered and admitted") {
    talk.rest = "b NOOP\r\n";
    where.answer = [this](const query&) {
        auto v = to_door();
        std::get<route>(v).user = "al";
        std::get<route>(v).password = secret("other");
        return v;
    };
    auto in = get();
    REQUIRE(in.has_value());
    CHECK(in->upstream != nullptr);
    CHECK(in->first == "b NOOP\r\n");
    CHECK(calls.text() == "ask, find alice 1, enter al:other, admit +OK");
    CHECK(seen.user == "alice");
    CHECK(seen.upstream_user == "al");
    CHECK(seen.upstream == "127.0.0.1:" + std::to_string(door.local_endpoint().port()));
    CHECK(logged().empty());
}

TEST_CASE("wherever a session breaks, it ends with that, and nothing is said behind it") {
    const char* expected[] = {
        "ask",
        "ask, find alice 1, refuse unavailable",
        "ask, find alice 1, enter alice:sesame, refuse unavailable",
        "ask, find alice 1, enter alice:sesame, refuse denied",
        "ask, find alice 1, enter alice:sesame, refuse denied, ask",
        "ask, find alice 1, enter alice:sesame, refuse denied, ask, find bob 2, refuse unavailable",
        "ask, find alice 1, enter alice:sesame, refuse denied, ask, find bob 2, enter bob:sesame, "
        "refuse unavailable",
        "ask, find alice 1, enter alice:sesame, refuse denied, ask, find bob 2, enter bob:sesame, "
        "admit +OK",
    };
    for (std::size_t at = 1; at <= std::size(expected); ++at) {
        INFO("broken at call " << at);
        stage s;
        s.talk.users = {"alice", "bob"};
        s.talk.replies = {"-ERR", "+OK"};
        s.calls.break_at = at;
        auto in = s.get();
        REQUIRE(in.has_error());
        CHECK(in.error() == errc::truncated);
        CHECK(s.calls.text() == expected[at - 1]);
        CHECK(s.logged().find("sesame") == std::string::npos);
    }
}

TEST_CASE_METHOD(stage, "a lookup that cannot tell is our error, with its words in the log") {
    calls.break_at = 2;
    CHECK(get().has_error());
    CHECK(seen.detail == "lookup: as told");
    CHECK(seen.end.by == party::gateway);
    CHECK(logged().find("event=\"lookup failed\"") != std::string::npos);
}

TEST_CASE_METHOD(stage, "an upstream that cannot be reached is told as ours and blamed on it") {
    door.close();
    auto address = verdict(route());
    std::get<route>(address).upstream.host = "unix:/nonexistent";
    where.answer = [&](const query&) {
        route r;
        r.upstream.host = "unix:/nonexistent";
        return verdict(std::move(r));
    };
    CHECK(get().error() == errc::unavailable);
    CHECK(calls.text() == "ask, find alice 1, refuse unavailable");
    CHECK(seen.end.by == party::upstream);
    CHECK(logged().find("event=\"upstream failed\"") != std::string::npos);
}

TEST_CASE_METHOD(stage, "an upstream that says nothing is given up after the login's time") {
    settings.timeout = 60ms;
    talk.replies = {"hang"};
    CHECK(get().error() == errc::timed_out);
    CHECK(calls.calls.back() == "refuse unavailable");
    CHECK(seen.end.by == party::upstream);
}

TEST_CASE_METHOD(stage, "what the upstream answers is passed on only if so configured") {
    bool pass = GENERATE(false, true);
    settings.proxy.pass_error_message = pass;
    talk.replies = {"-ERR [AUTH] no"};
    CHECK(get().error() == errc::goodbye);
    CHECK(calls.calls[3] == (pass ? "refuse denied -ERR [AUTH] no" : "refuse denied"));
    auto lines = logged();
    CHECK(lines.find("event=\"login refused\"") != std::string::npos);
    CHECK(lines.find("by=upstream said=\"-ERR [AUTH] no\"\n") != std::string::npos);
}

TEST_CASE_METHOD(stage, "what the upstream refuses for now is not refused for good") {
    talk.replies = {"-451 later"};
    CHECK(get().error() == errc::goodbye);
    CHECK(calls.calls[3] == "refuse denied for now");
}

TEST_CASE_METHOD(stage, "a server that repeats the password does not bring it into the log") {
    // In clear, as AUTH LOGIN and as AUTH PLAIN have it.
    talk.replies = {GENERATE(
        "-ERR unknown command PASS sesame",
        "-ERR unknown command c2VzYW1l",
        "-ERR unknown command AUTH PLAIN AGFsaWNlAHNlc2FtZQ=="
    )};
    settings.budget.login_failures = 1;
    CHECK(get().error() == errc::too_many_logins);
    auto lines = logged();
    CHECK(lines.find("event=\"login refused\"") != std::string::npos);
    CHECK(lines.find("sesame") == std::string::npos);
    CHECK(seen.detail == "upstream said: (words with the password in them)");
}

TEST_CASE_METHOD(stage, "a password of the lookup is not told to the client") {
    bool replaced = GENERATE(false, true);
    where.answer = [this, replaced](const query&) {
        auto to = std::get<route>(to_door());
        if (replaced) to.password = secret("master");
        return to;
    };
    settings.proxy.pass_error_message = true;
    talk.replies = {"-ERR unknown command PASS master"};
    CHECK(get().error() == errc::goodbye);
    auto words = replaced ? "refuse denied" : "refuse denied -ERR unknown command PASS master";
    CHECK(calls.calls[3] == words);
}

TEST_CASE_METHOD(stage, "a session that ends after a refused login does not end for it") {
    where.answer = [](const query&) { return no(0s, true); };
    CHECK(get().error() == errc::goodbye);
    CHECK(seen.detail.empty());
}

TEST_CASE_METHOD(stage, "a refusal without a retry ends the session") {
    where.answer = [](const query&) { return no(0s, false); };
    CHECK(get().error() == errc::refused);
    CHECK(calls.text() == "ask, find alice 1, refuse bad_login no such door");
    client.listen();
    CHECK(client.heard.empty()); // the refusal was all there is to say
}

TEST_CASE_METHOD(stage, "only so many logins may fail") {
    settings.budget.login_failures = 2;
    talk.users = {"a", "b", "c"};
    where.answer = [](const query&) { return no(0s, true); };
    CHECK(get().error() == errc::too_many_logins);
    CHECK(
        calls.text() == "ask, find a 1, refuse bad_login no such door, "
                        "ask, find b 2, refuse bad_login no such door"
    );
}

TEST_CASE_METHOD(stage, "a refusal that is to wait does, and the client's time begins anew") {
    settings.timeout = 500ms;
    where.answer = [](const query&) { return no(1s, true); };
    auto began = connection::clock::now();
    CHECK(get().error() == errc::goodbye);
    CHECK(connection::clock::now() - began >= 1s);
    CHECK(calls.text() == "ask, find alice 1, refuse bad_login no such door, ask");
}

TEST_CASE_METHOD(stage, "a client that leaves during the wait is not waited for") {
    where.answer = [](const query&) { return no(3600s, true); };
    start();
    test::turn_until(loop, [&] { return calls.calls.size() == 2; });
    client.break_off();
    CHECK(going->get().error() == errc::closed);
    CHECK(calls.text() == "ask, find alice 1");
}

TEST_CASE_METHOD(stage, "the time of a login ends the lookup, and the login at the upstream") {
    budget mine(settings.budget, connection::clock::now() + 100ms);
    near.charge(&mine);
    std::string last = "find alice 1";
    SECTION("in the lookup's wait") {
        where.answer = [](const query&) { return no(3600s, true); };
    }
    SECTION("at an upstream that does not answer") {
        talk.replies = {"hang"};
        last = "enter alice:sesame";
    }
    SECTION("though the client has said more") {
        client.say("more");
        where.answer = [](const query&) { return no(3600s, true); };
    }
    CHECK(get().error() == errc::too_slow);
    CHECK(calls.calls.back() == last);
    CHECK(logged().find("failed") == std::string::npos); // only the lookup's no is told
    test::hear(loop, client, 20);
    CHECK(client.heard == "* BYE No login in time\r\n");
    near.charge(nullptr);
}

TEST_CASE_METHOD(stage, "a client that leaves takes its login at the upstream with it") {
    talk.replies = {"hang"};
    start();
    test::turn_until(loop, [&] { return calls.calls.size() == 3; });
    auto upstream = door.accept();
    client.break_off();
    CHECK(going->get().error() == errc::closed);
    boost::system::error_code ec;
    char one;
    upstream.receive(boost::asio::buffer(&one, 1), 0, ec);
    CHECK(ec == boost::asio::error::eof);
    CHECK(seen.end.by == party::gateway); // nobody's fault yet; arrive() knows what closed means
    CHECK(seen.detail.empty());
    CHECK(logged().empty());
}

TEST_CASE_METHOD(stage, "stopping a session in its login ends it as that") {
    talk.replies = {"hang"};
    start();
    test::turn_until(loop, [&] { return calls.calls.size() == 3; });
    near.stop();
    CHECK(going->get().error() == errc::shutting_down);
    CHECK(seen.end.by == party::gateway);
    CHECK(logged().empty());
}

TEST_CASE_METHOD(stage, "a user name cannot forge a line of the log") {
    talk.users = {"a\r\nlevel=error event=\"root logged in\" \x1b[2J"};
    where.answer = [](const query&) { return no(0s, false); };
    CHECK(get().has_error());
    auto lines = logged();
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
    CHECK(
        lines.find("user=\"a\\r\\nlevel=error event=\\\"root logged in\\\" \\x1b[2J\"") !=
        lines.npos
    );
}

TEST_CASE("sessions are counted, and can be stopped and waited for") {
    gateway::sessions all;
    int empty = 0, stopped = 0;
    all.when_empty([&] { ++empty; });
    CHECK(empty == 1);
    {
        struct one : gateway::sessions::entry {
            one(gateway::sessions& s, int& n) : entry(s), stops(n) {}
            void stop() override { ++stops; }
            int& stops;
        };
        one a(all, stopped), b(all, stopped);
        CHECK(all.count() == 2);
        all.when_empty([&] { ++empty; });
        all.stop_all();
        CHECK(stopped == 2);
        CHECK(empty == 1);
    }
    CHECK(all.count() == 0);
    CHECK(empty == 2);
}

TEST_CASE_METHOD(stage, "a lookup that wants TLS where none was prepared is our error") {
    where.answer = [this](const query&) {
        auto v = to_door();
        std::get<route>(v).tls_mode = config::upstream_tls::on;
        return v;
    };
    CHECK(get().error() == errc::unavailable);
    CHECK(calls.text() == "ask, find alice 1, refuse unavailable");
    CHECK(logged().find("the lookup wants TLS") != std::string::npos);
}
