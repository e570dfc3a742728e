#include "backends/tls/key_log.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/backends/support/pipe.hpp"
#include "tests/backends/support/staples.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <mutex>

namespace postern::tls::test {

namespace {

using config::severity;
using postern::test::ca_extensions;
using postern::test::ecdsa_identity;
using postern::test::make_identity;
using postern::test::rsa_identity;

config::tls_settings with_groups(const std::string& groups, const identity& who = rsa_identity()) {
    auto out = settings_with({who});
    out.handshake.groups = groups;
    out.ciphers = "ECDHE+AESGCM"; // nothing that needs no group
    return out;
}

compiled compile(const config::tls_settings& settings) {
    return make_backend()->compile(settings, "imap", {});
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

// A CA, and a certificate of its with the CA's behind it.
const identity& ca() {
    static const auto made = make_identity({.name = "ca", .extensions = ca_extensions});
    return made;
}
const identity& chained() {
    static const auto made = [] {
        auto one = make_identity({.name = "mail.example", .issuer = &ca()});
        one.certificate += ca().certificate;
        return one;
    }();
    return made;
}

class lines : public key_log {
public:
    void write(std::string_view line) const override { all.emplace_back(line); }
    mutable std::vector<std::string> all;
};

}

TEST_CASE("groups: only those of the list are agreed on, TLS 1.3") {
    auto server = must_compile(with_groups("P-384:X25519"));
    CHECK(meet(server, {"-tls1_3", "-groups", "X25519"}).client_has("Temp Key: X25519"));
    CHECK(meet(server, {"-tls1_3", "-groups", "P-384"}).client_has("secp384r1"));
    CHECK(meet(server, {"-tls1_3", "-groups", "P-256:X25519"}).client_has("Temp Key: X25519"));
    auto none = meet(server, {"-tls1_3", "-groups", "P-256"});
    INFO(none.reason);
    CHECK_FALSE(none.agreed);
    CHECK_FALSE(none.reason.empty());
}

TEST_CASE("groups: the server's order counts when it is preferred, TLS 1.3") {
    auto settings = with_groups("P-384:X25519");
    settings.prefer_server_ciphers = true;
    auto seen = meet(must_compile(settings), {"-tls1_3", "-groups", "X25519:P-384"});
    INFO(seen.client);
    CHECK(seen.agreed);
    CHECK((seen.client_has("secp384r1") || seen.client_has("Temp Key: X25519")));
}

TEST_CASE("groups: only those of the list are agreed on, TLS 1.2") {
    auto server = must_compile(with_groups("P-256:P-384"));
    CHECK(meet(server, {"-tls1_2", "-groups", "P-384"}).client_has("secp384r1"));
    CHECK(meet(server, {"-tls1_2", "-groups", "P-256"}).client_has("256v1"));
    CHECK_FALSE(meet(server, {"-tls1_2", "-groups", "P-521"}).agreed);
    CHECK_FALSE(meet(server, {"-tls1_2", "-groups", "X25519"}).agreed);
    auto both = meet(server, {"-tls1_2", "-groups", "P-521:P-384"});
    INFO(both.client);
    CHECK(both.client_has("secp384r1"));
    auto curve = must_compile(with_groups("X25519"));
    CHECK(meet(curve, {"-tls1_2", "-groups", "X25519"}).client_has("Temp Key: X25519"));
    auto exact = !has(reason_of("ssl_ecdh_curve", "TLSv1.2"), "P-256");
    CHECK(meet(curve, {"-tls1_2", "-groups", "P-256"}).agreed != exact); // said at load
    auto said = complaints_of(compile(with_groups("X25519")), severity::warning);
    CHECK(has(said, "P-256") != exact);
    CHECK_FALSE(meet(curve, {"-tls1_2", "-groups", "P-384"}).agreed);
}

TEST_CASE("groups: auto suits every client") {
    auto server = must_compile(with_groups("auto"));
    for (auto* version : {"-tls1_2", "-tls1_3"})
        for (auto* group : {"X25519", "P-256", "P-384", "P-521"}) {
            INFO(version << ' ' << group);
            CHECK(meet(server, {version, "-groups", group}).agreed);
        }
}

TEST_CASE("groups: what the library lacks is named with it") {
    auto name = std::string(make_backend()->name());
    auto hybrid = compile(with_groups("X25519MLKEM768:X25519"));
    CHECK(hybrid.made);
    auto alone = compile(with_groups("X25519MLKEM768"));
    if (support_of("ssl_ecdh_curve", "X25519MLKEM768") == support::full) {
        CHECK(complaints_of(hybrid, severity::warning) == "");
        CHECK(alone.made);
    } else {
        CHECK(has(complaints_of(hybrid, severity::warning), name));
        CHECK_FALSE(alone.made);
        CHECK(has(complaints_of(alone, severity::error), "no group is left: " + name));
    }
    CHECK(has(complaints_of(compile(with_groups("X25591")), severity::error), "no group is called")
    );
    auto x448 = compile(with_groups("X448"));
    CHECK((x448.made != nullptr) == (support_of("ssl_ecdh_curve", "X448") == support::full));
}

TEST_CASE("suites of TLS 1.3 are those of the list, or the list is refused") {
    auto settings = settings_with({ecdsa_identity()});
    settings.handshake.tls13_suites = "TLS_CHACHA20_POLY1305_SHA256";
    auto done = compile(settings);
    if (support_of("ssl_ciphersuites", "") == support::full) {
        REQUIRE(done.made);
        auto seen = meet(done.made, {"-tls1_3"});
        CHECK(seen.what.cipher == "TLS_CHACHA20_POLY1305_SHA256");
        CHECK_FALSE(meet(done.made, {"-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"}).agreed);
        CHECK(meet(done.made, {"-tls1_2"}).agreed);
    } else {
        CHECK_FALSE(done.made);
        auto said = complaints_of(done, severity::error);
        CHECK(has(said, "ssl_ciphersuites: " + std::string(make_backend()->name())));
    }
    settings.handshake.tls13_suites =
        "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
    CHECK(meet(must_compile(settings), {"-tls1_3"}).agreed);
}

TEST_CASE("a stapled response is sent to clients that ask for it") {
    auto settings = settings_with({chained()});
    CHECK(meet(must_compile(settings), {"-status"}).client_has("OCSP response: no response sent"));
    settings.handshake.staples = {file_of("ocsp.der", make_response(ca(), chained()))};
    auto server = must_compile(settings);
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        auto asked = meet(server, {version, "-status"});
        INFO(version << asked.client << asked.reason);
        CHECK(asked.agreed);
        CHECK(asked.client_has("OCSP Response Status: successful"));
        CHECK(asked.client_has("Cert Status: good"));
        CHECK(meet(server, {version}).agreed);
    }
}

TEST_CASE("a stapled response that says nothing good is not sent") {
    auto settings = settings_with({chained()});
    settings.handshake.staples = {file_of("ocsp.der", make_response(ca(), chained(), true))};
    auto done = compile(settings);
    REQUIRE(done.made);
    CHECK(has(complaints_of(done, severity::warning), "ssl_stapling_file"));
    CHECK(meet(done.made, {"-status"}).client_has("OCSP response: no response sent"));
    settings.handshake.staples = {file_of("ocsp.der", "x")};
    CHECK_FALSE(compile(settings).made);
}

TEST_CASE("with several certificates each has its own response") {
    auto settings = settings_with({rsa_identity(), chained()});
    auto about = make_response(ca(), chained());
    settings.handshake.staples = {file_of("a", about)};
    auto wrong = compile(settings);
    REQUIRE(wrong.made);
    CHECK(has(complaints_of(wrong, severity::warning), "about another certificate, and is not sent")
    );
    CHECK(meet(wrong.made, {"-status"}).client_has("OCSP response: no response sent"));
}

TEST_CASE("a flood of key updates ends the connection") {
    client_link link({"-tls1_3"});
    auto& side = link.shake_hands();
    auto seen = status::needs_input;
    for (int i = 0; i < 40 && seen == status::needs_input; ++i) {
        link.type("K\n");
        link.wait_for_bytes();
        auto bytes = link.take_raw();
        side.take(std::as_bytes(std::span(bytes)));
        std::byte some[64];
        seen = side.decrypt(some).state;
        side.park();
        if (seen == status::needs_input) link.flush();
        if (i == 25) CHECK(seen == status::needs_input);
    }
    CHECK(seen == status::failed);
    INFO(side.reason());
    CHECK_FALSE(side.reason().empty());
}

TEST_CASE("the key log says what the client's own says") {
    if (support_of("ssl_keylog_file", "") == support::absent) {
        CHECK(has(reason_of("ssl_keylog_file", ""), "HAVE_SECRET_CALLBACK"));
        return;
    }
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        INFO(version);
        postern::test::temp_dir dir;
        lines ours;
        session_services services;
        services.secrets = &ours;
        auto server = must_compile(settings_with({ecdsa_identity()}), services);
        CHECK(ours.all.empty()); // nothing of the rehearsal
        CHECK(meet(server, {version, "-keylogfile", dir.file("keys")}).agreed);
        auto theirs = postern::test::read_file(dir.file("keys"));
        CHECK_FALSE(ours.all.empty());
        for (auto& line : ours.all)
            CHECK(has(theirs, line + "\n"));
    }
}

}
