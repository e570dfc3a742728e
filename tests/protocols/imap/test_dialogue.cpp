#include "protocols/imap/dialogue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/play.hpp"

#include <memory>

using namespace postern;

namespace {

std::unique_ptr<dialogue> make_imap(
    const config::server_settings& server, stream& client, const client_facts& facts, budget& spent
) {
    return std::make_unique<imap::dialogue>(server, client, facts, spent);
}

const char* logged_in = R"(
    S: * OK IMAP4 ready
    C: a1 LOGIN alice secret
    login: alice secret
)";

}

TEST_CASE("IMAP is spoken as its transcripts say: whole, byte by byte, and broken at each call") {
    for (auto& script : test::transcripts_of("imap"))
        DYNAMIC_SECTION(script.name) {
            CHECK(test::verdict(script, config::mail_protocol::imap, make_imap) == "");
        }
}

TEST_CASE("IMAP logs in at its upstream as its transcripts say") {
    auto before = test::read_transcript(logged_in);
    for (auto& script : test::transcripts_of("upstream/imap"))
        DYNAMIC_SECTION(script.name) {
            CHECK(
                test::verdict_upstream(script, config::mail_protocol::imap, make_imap, before) == ""
            );
        }
}

TEST_CASE("a transcript that is played wrongly is noticed") {
    auto wrong = GENERATE(
        "S: * OK IMAP4 ready\nC: a NOOP\nS: a OK done\nend: closed\n",
        "S: * OK IMAP4 ready\nC: a NOOP\nC: b NOOP\nS: a OK completed\nend: closed\n",
        "S: * OK IMAP4 ready\nC: a LOGIN x y\nlogin: x z\n",
        "S: * OK IMAP4 ready\nC: a LOGOUT\nS: * BYE\nS: a OK completed\nend: closed\n",
        "S: * OK IMAP4 ready\nC: a LOGOUT\nS: * BYE\nS: a OK completed\n",
        "S: * OK IMAP4 ready\nT: handshake\nend: closed\n"
    );
    auto script = test::read_transcript(wrong);
    CHECK(test::verdict(script, config::mail_protocol::imap, make_imap) != "");
}
