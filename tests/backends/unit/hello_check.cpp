#include "backends/tls/hello_check.hpp"

#include "backends/tls/client_hello.hpp"
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

struct parts {
    std::size_t version = 0x0303;
    std::string id, suites = number(0x1301, 2), compression = std::string(1, '\0'), extensions;
};

std::string message(const parts& p) {
    auto body = number(p.version, 2) + std::string(32, 'r') + counted(p.id, 1) +
                counted(p.suites, 2) + counted(p.compression, 1);
    if (!p.extensions.empty()) body += counted(p.extensions, 2);
    return "\x01" + counted(body, 3);
}
std::string records(const std::string& text, std::size_t piece = 16384) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece)
        out += std::string("\x16\x03\x01", 3) + counted(text.substr(at, piece), 2);
    return out;
}
std::string with(const std::string& extensions, std::size_t version = 0x0303) {
    parts p;
    p.extensions = extensions;
    p.version = version;
    return records(message(p));
}

class any_context : public context {
public:
    explicit any_context(config::tls_versions v, std::vector<std::uint16_t> g = {})
        : versions_(v), groups_(std::move(g)) {}
    std::unique_ptr<engine> accept() const override { return nullptr; }
    key_kind key() const override { return key_kind::ecdsa; }
    bool speaks(tls_version v) const override { return versions_.contains(v); }
    std::span<const std::uint16_t> groups() const override { return groups_; }

private:
    config::tls_versions versions_;
    std::vector<std::uint16_t> groups_;
};

// The alert that such bytes get; 0: none, they are the library's.
int alert_of(
    const std::string& bytes,
    config::tls_versions spoken = {tls_version::tls1_2, tls_version::tls1_3},
    const std::vector<std::uint16_t>& groups = {}
) {
    server ours;
    ours.contexts.push_back(std::make_shared<any_context>(spoken, groups));
    auto wrong = find_fault(std::as_bytes(std::span(bytes)), ours);
    return wrong ? wrong->alert : 0;
}

std::string name(const std::string& host, std::size_t type = 0) {
    return extension(0, counted(number(type, 1) + counted(host, 2), 2));
}
const std::string versions13 = extension(43, counted(number(0x0304, 2), 1));
std::string share(std::size_t group) { return number(group, 2) + counted(std::string(32, 'k'), 2); }
std::string psk(const std::string& identities, const std::string& binders) {
    return extension(41, counted(identities, 2) + counted(binders, 2));
}
const std::string identity = counted("ticket", 2) + number(0, 4);
const std::string binder = counted(std::string(32, 'b'), 1);

}

TEST_CASE("a good ClientHello has no fault") {
    CHECK(alert_of(records(message({}))) == 0);
    CHECK(alert_of(with(name("mail.example") + versions13)) == 0);
    CHECK(alert_of(with(extension(51, counted(share(29) + share(23), 2)) + versions13)) == 0);
    CHECK(alert_of(with(extension(51, counted("", 2)) + versions13)) == 0);
    CHECK(alert_of(with(versions13 + psk(identity, binder))) == 0);
    CHECK(alert_of(with(extension(0xff01, std::string(1, '\0')))) == 0);
    CHECK(alert_of(with(extension(0x3a3a, "") + extension(0xdada, "x"))) == 0);
}

TEST_CASE("a ClientHello that cannot be read is a decode_error") {
    parts p;
    p.id = std::string(33, 'i');
    CHECK(alert_of(records(message(p))) == 50);
    p = {};
    p.suites = "";
    CHECK(alert_of(records(message(p))) == 50);
    p.suites = "abc";
    CHECK(alert_of(records(message(p))) == 50);
    p = {};
    p.compression = "";
    CHECK(alert_of(records(message(p))) == 50);
    for (auto& bad :
         {name(""),
          name(std::string(256, 'a')),
          name(std::string("a\0b", 3)),
          name("x", 1),
          extension(0, ""),
          extension(10, counted("", 2)),
          extension(13, counted("abc", 2)),
          extension(16, counted(counted("", 1), 2)),
          extension(16, counted(counted("imap", 1), 2) + "x"),
          extension(43, counted("", 1)),
          extension(51, counted(number(29, 2) + counted("", 2), 2)),
          extension(51, counted(share(29), 2) + "x"),
          extension(0xff01, ""),
          psk("", ""),
          psk(identity, ""),
          psk(identity + identity, binder),
          psk(identity, counted("short", 1)),
          psk(counted("", 2) + number(0, 4), binder)}) {
        INFO(bad);
        CHECK(alert_of(with(bad)) == 50);
    }
    auto torn = records(message({}));
    torn.back() = 'x'; // the length of what follows
    CHECK(alert_of(with("xyz")) == 50);
}

TEST_CASE("a ClientHello that contradicts itself is an illegal_parameter") {
    CHECK(alert_of(with(name("a") + name("a"))) == 47);
    CHECK(alert_of(with(extension(0x7777, "") + extension(0x7777, ""))) == 47);
    CHECK(alert_of(with(extension(51, counted(share(29) + share(29), 2)))) == 47);
    CHECK(alert_of(with(psk(identity, binder) + versions13)) == 47);
    CHECK(alert_of(with(extension(11, counted("\x01", 1)))) == 47);
    CHECK(alert_of(with(extension(11, counted("\x01", 1)) + versions13)) == 0); // no matter there
    parts p;
    p.compression = "\x01";
    CHECK(alert_of(records(message(p))) == 47);
}

TEST_CASE("a first handshake is no renegotiation") {
    CHECK(alert_of(with(extension(0xff01, counted("finished", 1)))) == 40);
}

TEST_CASE("a client without a version in common learns that, and nothing else is asked") {
    auto offering = [](std::initializer_list<std::size_t> some) {
        std::string list;
        for (auto v : some)
            list += number(v, 2);
        return extension(43, counted(list, 1));
    };
    config::tls_versions only12{tls_version::tls1_2}, only13{tls_version::tls1_3};
    CHECK(alert_of(with("", 0x0302)) == 70);
    CHECK(alert_of(with("", 0x0303), only13) == 70);
    CHECK(alert_of(with("", 0x0304), only13) == 70); // 1.3 is only spoken by way of the extension
    CHECK(alert_of(with("", 0x0304), only12) == 0);  // but whoever can do more can do 1.2
    CHECK(alert_of(with(offering({0x0304})), only12) == 70);
    CHECK(alert_of(with(offering({0x3a3a, 0x0304, 0x0303})), only12) == 0);
    CHECK(alert_of(with(offering({0x0305}))) == 70);
    CHECK(alert_of(with(offering({0x0304}), 0x0300)) == 70);
    CHECK(alert_of(with("", 0x0301), {tls_version::tls1, tls_version::tls1_2}) == 0);
}

TEST_CASE("a client without a group in common is refused, unless it can do without") {
    config::tls_versions both{tls_version::tls1_2, tls_version::tls1_3}, old{tls_version::tls1_2};
    auto offering = [](std::size_t group, const std::string& more, std::size_t suite = 0xc02b) {
        parts p;
        p.suites = number(suite, 2);
        p.extensions = extension(10, counted(number(group, 2), 2)) + more;
        return records(message(p));
    };
    CHECK(alert_of(offering(29, versions13), both, {29, 23}) == 0);
    CHECK(alert_of(offering(24, versions13), both, {29, 23}) == 40);
    CHECK(alert_of(offering(24, versions13), both) == 0);           // ours are not known
    CHECK(alert_of(offering(24, ""), both, {29, 23}) == 40);        // TLS 1.2, ECDHE
    CHECK(alert_of(offering(24, "", 0x009c), both, {29, 23}) == 0); // static RSA
    CHECK(alert_of(with(versions13), both, {29, 23}) == 40);        // says none
    CHECK(alert_of(records(message({})), both, {29, 23}) == 0);     // which is any in TLS 1.2
    auto either = extension(43, counted(number(0x0304, 2) + number(0x0303, 2), 1));
    CHECK(alert_of(offering(24, either, 0x009c), both, {29, 23}) == 40);
    CHECK(alert_of(offering(24, either, 0x009c), old, {29, 23}) == 0);
}

TEST_CASE("records that hold something else than one ClientHello") {
    auto hello = message({});
    CHECK(alert_of(records(hello + hello)) == 10);
    CHECK(
        alert_of(records(hello.substr(0, 9)) + std::string("\x15\x03\x01\0\x02\x01\x5a", 7)) == 10
    );
    CHECK(alert_of(records(hello.substr(0, 9)) + std::string("\x16\x03\x01\0\0", 5)) == 10);
    CHECK(alert_of(records(hello) + "whatever comes later") == 0);
    CHECK(alert_of(std::string("\x15\x03\x01\0\x02\x02\x28", 7)) == 0); // the library's
}

TEST_CASE("a ClientHello in many records comes in few, with what followed") {
    parts p;
    p.extensions = extension(0x7777, std::string(40000, 'x'));
    auto hello = message(p);
    std::string behind("\x17\x03\x03\0\x01x", 6);
    for (std::size_t piece : {1u, 1000u, 16384u}) {
        auto wire = records(hello, piece) + behind;
        auto in = std::as_bytes(std::span(wire));
        auto out = repack({in.begin(), in.end()});
        std::string text(reinterpret_cast<const char*>(out.data()), out.size());
        CHECK(text == records(hello, 16384) + behind);
    }
    std::string odd = "no TLS at all";
    auto in = std::as_bytes(std::span(odd));
    CHECK(repack({in.begin(), in.end()}).size() == odd.size());
}

}
