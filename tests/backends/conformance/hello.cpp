#include "backends/tls/reception.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using postern::test::ecdsa_identity;

std::shared_ptr<const server> simple(std::string_view alpn = "imap") {
    return must_compile(settings_with({ecdsa_identity()}), {}, alpn);
}

// A ClientHello as s_client sends it, taken from the wire by a server that knows nothing.
std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}

TEST_CASE("ALPN: a client that offers our protocol gets it") {
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        auto seen = meet(simple(), {version, "-alpn", "http/1.1,imap"});
        INFO(seen.client << seen.reason);
        CHECK(seen.agreed);
        CHECK(seen.what.alpn == "imap");
        CHECK(seen.client_has("ALPN protocol: imap"));
    }
}

TEST_CASE("ALPN: a client that offers others only is refused with no_application_protocol") {
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        auto seen = meet(simple(), {version, "-alpn", "http/1.1,h2"});
        INFO(seen.client << seen.reason);
        CHECK_FALSE(seen.agreed);
        CHECK(seen.farewell == std::string("\x15\x03\x01\x00\x02\x02\x78", 7));
        CHECK(seen.reason.find("no_application_protocol") != std::string::npos);
        CHECK(seen.client_has("tlsv1 alert no application protocol"));
        CHECK(seen.reason.find("h2") == std::string::npos); // no peer's bytes
    }
}

TEST_CASE("ALPN: a client that offers none is welcome") {
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        auto seen = meet(simple(), {version});
        CHECK(seen.agreed);
        CHECK(seen.what.alpn.empty());
        CHECK(seen.client_has("No ALPN negotiated"));
    }
}

TEST_CASE("the server name that the client sent is among the facts") {
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        CHECK(
            meet(simple(), {version, "-servername", "mail.example"}).what.server_name ==
            "mail.example"
        );
        CHECK(meet(simple(), {version, "-noservername"}).what.server_name.empty());
    }
}

TEST_CASE("the handshake is the same in whatever pieces its bytes arrive") {
    for (auto* version : {"-tls1_2", "-tls1_3"})
        for (std::size_t piece : {1u, 2u, 7u, 100u, 65536u}) {
            INFO(version << " in pieces of " << piece);
            how way;
            way.piece = piece;
            auto seen = meet(simple(), {version, "-alpn", "imap", "-servername", "a.example"}, way);
            INFO(seen.client << seen.reason);
            CHECK(seen.agreed);
            CHECK(seen.what.alpn == "imap");
            CHECK(seen.what.server_name == "a.example");
            CHECK(seen.client_has("* OK hello"));
        }
}

TEST_CASE("what is not TLS is refused with a reason, and without an alert") {
    struct row {
        std::string_view text;
        const char* reason;
    };
    const row rows[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n",  "a plain HTTP request"},
        {"a1 LOGIN alice secret\r\n",          "plain text"          },
        {"EHLO x\r\n",                         "plain text"          },
        {"\r\n",                               "plain text"          },
        {"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "a PROXY protocol"    },
    };
    for (auto& row : rows) {
        reception at(simple());
        CHECK(at.take(as_bytes(row.text)) == status::failed);
        INFO(at.reason());
        CHECK(at.reason().find(row.reason) != std::string::npos);
        CHECK(at.reason().find("alice") == std::string::npos);
        CHECK(at.farewell().empty());
    }
    reception slow(simple());
    std::string_view text = "GET / HTTP/1.1\r\n";
    auto state = status::needs_input;
    for (auto c : text)
        if (state == status::needs_input) state = slow.take(as_bytes({&c, 1}));
    CHECK(state == status::failed);
    CHECK(slow.reason().find("HTTP") != std::string::npos);
}

TEST_CASE("what looks like TLS and is not is refused with the same alert by every library") {
    struct row {
        std::string_view text;
        int alert;
    };
    const row rows[] = {
        {{"\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9},          50}, // nothing in it
        {{"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03", 11}, 50}, // torn inside
        {{"\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9},          10}, // another message
        {{"\x16\x03\x01\x00\x00", 5},                          10}, // an empty record
        {{"\x16\x03\x01\x40\x01", 5},                          22}, // too large a record
        {{"\x17\x03\x03\x00\x01\x00", 6},                      10}, // data
        {{"\x16\x04\x03\x00\x01\x00", 6},                      70}, // TLS 2, as it were
        {{"\x80\x2e\x01\x00\x02", 5},                          70}, // SSLv2
    };
    for (auto& row : rows) {
        reception at(simple());
        REQUIRE(at.take(as_bytes(row.text)) == status::failed);
        INFO(at.reason());
        REQUIRE(at.farewell().size() == 7);
        CHECK(std::to_integer<int>(at.farewell().back()) == row.alert);
        CHECK(at.reason().find("; alert sent: ") != std::string::npos);
    }
}

TEST_CASE("an alert that comes first is the library's to read") {
    reception at(simple());
    REQUIRE(at.take(as_bytes({"\x15\x03\x01\x00\x02\x02\x28", 7})) == status::done);
    auto made = at.admit();
    CHECK(made->handshake().state == status::failed);
    CHECK(made->handshake().state == status::failed); // and it stays so
    CHECK(made->reason().find("handshake_failure") != std::string::npos);
}

TEST_CASE("a ClientHello that never ends is refused at 64 KB") {
    reception at(simple());
    std::string record("\x16\x03\x01\x40\x00", 5);
    record += std::string(16384, '\x01');
    record[6] = '\x00'; // a message of 65536 + ... bytes: 01 | 00 ff ff
    record[7] = '\xff';
    record[8] = '\xff';
    auto state = at.take(as_bytes(record));
    for (int i = 0; i < 8 && state == status::needs_input; ++i)
        state = at.take(as_bytes(record));
    CHECK(state == status::failed);
    CHECK(at.reason().find("64 KB") != std::string::npos);
    CHECK(at.farewell().size() == 7);
}

}
