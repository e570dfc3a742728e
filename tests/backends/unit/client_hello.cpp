#include "backends/tls/client_hello.hpp"

#include "backends/tls/choose.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace postern::tls::test {

namespace {

using config::tls_version;

std::string number(std::size_t value, int width) {
    std::string out;
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xffu);
    return out;
}
std::string counted(const std::string& text, int width) {
    return number(text.size(), width) + text;
}
std::string extension(std::size_t type, const std::string& body) {
    return number(type, 2) + counted(body, 2);
}

// A ClientHello message with these suites and extensions.
std::string message(const std::string& suites, const std::string& extensions) {
    auto body = number(0x0303, 2) + std::string(32, 'r') + counted("", 1) + counted(suites, 2) +
                counted(std::string(1, '\0'), 1);
    if (!extensions.empty()) body += counted(extensions, 2);
    return "\x01" + counted(body, 3);
}
// In records of at most so many bytes.
std::string records(const std::string& text, std::size_t piece = 16384) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece)
        out += std::string("\x16\x03\x01", 3) + counted(text.substr(at, piece), 2);
    return out;
}

const std::string sni = extension(0, counted(number(0, 1) + counted("mail.example", 2), 2));
const std::string alpn = extension(16, counted(counted("h2", 1) + counted("imap", 1), 2));
const std::string versions = extension(43, counted(number(0x0304, 2) + number(0x0303, 2), 1));
std::string signatures(std::initializer_list<int> some) {
    std::string list;
    for (auto s : some)
        list += number(static_cast<std::size_t>(s), 2);
    return extension(13, counted(list, 2));
}

hello_state read(const std::string& text, client_hello& out) {
    return read_client_hello(std::as_bytes(std::span(text)), out);
}

// A context of a kind of key.
class fake_context : public context {
public:
    fake_context(key_kind k, std::vector<std::uint16_t> s, config::tls_versions v)
        : key_(k), suites_(std::move(s)), versions_(v) {}
    std::unique_ptr<engine> accept() const override { return nullptr; }
    key_kind key() const override { return key_; }
    std::span<const std::uint16_t> suites() const override { return suites_; }
    bool speaks(tls_version v) const override { return versions_.contains(v); }

private:
    key_kind key_;
    std::vector<std::uint16_t> suites_;
    config::tls_versions versions_;
};

}

TEST_CASE("a ClientHello is read, in however many records and pieces it comes") {
    auto text = message(
        number(0x1301, 2) + number(0xc02f, 2), sni + alpn + versions + signatures({0x0403, 0x0804})
    );
    for (std::size_t piece : {1u, 3u, 50u, 16384u}) {
        auto wire = records(text, piece);
        for (std::size_t cut = 0; cut < wire.size(); ++cut) {
            client_hello part;
            CHECK(read(wire.substr(0, cut), part) == hello_state::partial);
        }
        client_hello hello;
        REQUIRE(read(wire, hello) == hello_state::whole);
        CHECK(hello.record_version == 0x0301);
        CHECK(hello.server_name == "mail.example");
        CHECK(hello.protocols == std::vector<std::string>{"h2", "imap"});
        CHECK(hello.suites == std::vector<std::uint16_t>{0x1301, 0xc02f});
        CHECK(hello.signatures == std::vector<std::uint16_t>{0x0403, 0x0804});
        CHECK(hello.offers_tls13());
    }
    client_hello old;
    CHECK(read(records(message(number(0x002f, 2), "")), old) == hello_state::whole);
    CHECK_FALSE(old.has_signatures);
    CHECK_FALSE(old.offers_tls13());
}

TEST_CASE("a ClientHello that cannot be right is malformed, and none is read beyond its end") {
    auto suites = number(0x1301, 2);
    struct row {
        const char* about;
        std::string wire;
        hello_state state;
    };
    auto torn_sni = extension(0, counted(number(0, 1) + number(50, 2) + "short", 2));
    // clang-format off
    const row rows[] = {
        {"another message",           records("\x02" + counted("xx", 3)),                           hello_state::malformed},
        {"not a handshake",           "\x17\x03\x03" + counted("xx", 2),                            hello_state::not_tls  },
        {"text",                      "EHLO x\r\n",                                                 hello_state::not_tls  },
        {"a strange version",         std::string("\x16\x07\x01\x00\x01\x01", 6),                   hello_state::malformed},
        {"an empty record",           std::string("\x16\x03\x01\x00\x00", 5),                       hello_state::malformed},
        {"a record too long",         std::string("\x16\x03\x01\x40\x01", 5),                       hello_state::malformed},
        {"an empty message",          records("\x01" + counted("", 3)),                             hello_state::malformed},
        {"odd suites",                records(message("xxx", "")),                                  hello_state::malformed},
        {"torn server name",          records(message(suites, torn_sni)),                           hello_state::malformed},
        {"empty protocol",            records(message(suites, extension(16, counted(counted("", 1), 2)))), hello_state::malformed},
        {"no protocol",               records(message(suites, extension(16, counted("", 2)))),      hello_state::malformed},
        {"an extension twice",        records(message(suites, alpn + alpn)),                        hello_state::malformed},
        {"something after the end",   records(message(suites, alpn + "x")),                         hello_state::malformed},
        {"a message of 16 MB",        records("\x01\xff\xff\xff"),                                  hello_state::too_long },
        {"data in the middle",        records(message(suites, sni), 20).substr(0, 25) + "\x17",     hello_state::malformed},
    };
    // clang-format on
    for (auto& row : rows) {
        client_hello hello;
        INFO(row.about);
        CHECK(read(row.wire, hello) == row.state);
    }
    client_hello hello;
    CHECK(
        read(records(std::string("\x01\x00\xff\xf0", 4) + std::string(70000, 'x'), 10), hello) ==
        hello_state::too_long
    );
}

TEST_CASE("the certificate is chosen by what the client can verify") {
    const std::vector<std::uint16_t> both{0xc02b, 0xc02f}, rsa_only{0xc02f};
    const config::tls_versions modern{tls_version::tls1_2, tls_version::tls1_3},
        old{tls_version::tls1_2};
    auto choose = [](const std::vector<std::uint16_t>& ours,
                     config::tls_versions v,
                     const std::string& suites,
                     const std::string& extensions) {
        server s;
        s.contexts.push_back(std::make_shared<fake_context>(key_kind::rsa, ours, v));
        s.contexts.push_back(std::make_shared<fake_context>(key_kind::ecdsa, ours, v));
        s.contexts.push_back(std::make_shared<fake_context>(key_kind::ed25519, ours, v));
        client_hello hello;
        REQUIRE(read(records(message(suites, extensions)), hello) == hello_state::whole);
        return choose_context(s, hello)->key();
    };
    auto ecdsa = number(0xc02b, 2), rsa = number(0xc02f, 2), tls13 = number(0x1301, 2);
    CHECK(
        choose(both, modern, tls13 + ecdsa + rsa, versions + signatures({0x0804, 0x0403})) ==
        key_kind::ecdsa
    );
    CHECK(
        choose(both, modern, tls13 + ecdsa + rsa, versions + signatures({0x0804})) == key_kind::rsa
    );
    CHECK(
        choose(both, modern, tls13, versions + signatures({0x0807, 0x0804})) == key_kind::ed25519
    );
    CHECK(choose(both, old, ecdsa + rsa, signatures({0x0403, 0x0401})) == key_kind::ecdsa);
    CHECK(choose(both, old, rsa, signatures({0x0403, 0x0401})) == key_kind::rsa);
    CHECK(choose(both, old, ecdsa + rsa, "") == key_kind::ecdsa); // says nothing of signatures
    CHECK(choose(rsa_only, old, ecdsa + rsa, signatures({0x0403, 0x0401})) == key_kind::rsa);
    CHECK(
        choose(rsa_only, old, tls13 + ecdsa + rsa, versions + signatures({0x0403, 0x0401})) ==
        key_kind::rsa
    );
    CHECK(
        choose(both, modern, tls13 + ecdsa, versions + signatures({0x0999})) == key_kind::rsa
    ); // nothing fits: the first
    CHECK(can_serve(key_kind::ecdsa, rsa_only, modern));
    CHECK_FALSE(can_serve(key_kind::ecdsa, rsa_only, old));
    CHECK_FALSE(can_serve(key_kind::rsa, rsa_only, {tls_version::tls1_1}));
}

TEST_CASE("a client that names protocols must name ours") {
    server ours;
    ours.alpn = "imap";
    client_hello hello;
    CHECK(shares_protocol(ours, hello));
    hello.protocols = {"h2", "imap"};
    CHECK(shares_protocol(ours, hello));
    hello.protocols = {"h2", "IMAP"};
    CHECK_FALSE(shares_protocol(ours, hello));
}

}
