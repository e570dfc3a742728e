#include "protocols/imap/dialogue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/scripted_stream.hpp"

#include <string>
#include <string_view>

using namespace postern;
using namespace std::string_view_literals;

TEST_CASE("a name or password that no IMAP string can hold is never sent to an upstream") {
    config::server_settings server;
    client_facts facts;
    budget spent(server.budget);
    test::scripted_stream client(test::read_transcript("end: closed\n"));
    imap::dialogue talk(server, client, facts, spent);
    for (auto [user, password] : {std::pair("al\0ice"sv, "x"sv), std::pair("alice"sv, "x\0"sv)}) {
        auto script = test::read_transcript("S: * OK hi\nresult: bad_reply\n");
        test::scripted_stream upstream(script, {}, test::step::kind::server);
        sasl::credentials as;
        as.user = user;
        as.password = secret(password);
        auto in = test::run(talk.enter(upstream, as, false));
        REQUIRE(in.has_error());
        CHECK(in.error() == errc::bad_reply);
        CHECK(upstream.surprise.empty());
        CHECK(upstream.calls() == 0);
    }
}
