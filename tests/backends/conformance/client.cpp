#include "backends/tls/builtin_store.hpp"
#include "backends/tls/pem.hpp"
#include "backends/tls/pin.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "tests/backends/support/visit.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::tls;
using namespace postern::tls::test;
using postern::test::make_crl;
using postern::test::make_identity;

namespace {

const identity& authority() {
    static const auto one =
        make_identity({.name = "test CA", .extensions = postern::test::ca_extensions});
    return one;
}

identity issued(std::string names, std::string key = "ecdsa", int days = 30) {
    return make_identity(
        {.key = std::move(key),
         .name = "common.example",
         .days = days,
         .extensions = "subjectAltName = " + std::move(names) + "\nbasicConstraints = CA:FALSE",
         .issuer = &authority()}
    );
}

const identity& usual() {
    static const auto one = issued("DNS:imap.example, DNS:*.wild.example, IP:192.0.2.1");
    return one;
}

config::proxy_tls_settings trusting() { return proxy_settings_with(authority().certificate); }

config::key_pin pin_of(const identity& one) {
    auto der = pem_bytes(read_pem(one.certificate).blocks.at(0));
    auto key = public_key_of(*der);
    auto hash = primitives().sha256(std::as_bytes(std::span(key)));
    config::key_pin out;
    std::memcpy(out.data(), hash.data(), out.size());
    return out;
}

visit once(
    const config::proxy_tls_settings& settings,
    const identity& server,
    const std::string& name = "imap.example"
) {
    auto by = must_compile_client(settings);
    return visit_server(*by, must_compile(settings_with({server})), {name, "192.0.2.1:993"});
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::string complaints_about(const config::proxy_tls_settings& settings) {
    std::string out;
    for (auto& c : make_backend()->compile_client(settings, "imap").complaints)
        out += c.directive + ": " + c.text + (c.hint.empty() ? "" : " (" + c.hint + ")") + "\n";
    return out;
}

// A server's way to give sessions and tickets.
struct services {
    builtin_store store{100};
    local_ticket_keys keys;
    session_services all() { return {&store, nullptr, &keys}; }
};

config::tls_settings versions(config::tls_settings from, config::tls_versions some) {
    from.versions = some;
    return from;
}

}

TEST_CASE("an upstream that is who it should be is spoken to, whatever its key") {
    for (auto key : {"ecdsa", "rsa"})
        for (auto piece : {std::size_t{1}, std::size_t{1} << 20}) {
            INFO(key << " in pieces of " << piece);
            auto by = must_compile_client(trusting());
            auto at = must_compile(settings_with({issued("DNS:imap.example", key)}));
            auto came = visit_server(*by, at, {"imap.example", "x"}, piece);
            INFO(came.why << came.why_there);
            REQUIRE(came.agreed);
            CHECK(came.here.protocol == "TLSv1.3");
            CHECK(came.here.cipher == came.there.cipher);
            CHECK(came.there.server_name == "imap.example");
            CHECK(came.there.alpn == "imap");
            CHECK(came.here.alpn == "imap");
            CHECK(came.heard == "* OK");
        }
}

TEST_CASE("an upstream must have the name that is wanted") {
    for (auto name :
         {"imap.example", "IMAP.example", "imap.example.", "a.wild.example", "192.0.2.1"}) {
        INFO(name);
        auto came = once(trusting(), usual(), name);
        INFO(came.why << came.why_there);
        CHECK(came.agreed);
    }
    for (auto name :
         {"other.example", "a.b.wild.example", "common.example", "192.0.2.2", "2001:db8::1", ""}) {
        INFO(name);
        auto came = once(trusting(), usual(), name);
        CHECK_FALSE(came.agreed);
        INFO(came.why);
        CHECK(has(came.why, "certificate verify failed"));
        CHECK(has(came.why, std::string("wanted: ") + (*name ? name : "(no name")));
        CHECK(has(came.why, "the certificate names: imap.example, *.wild.example, 192.0.2.1"));
        CHECK(has(came.why, "alert"));
    }
}

TEST_CASE("an address is never told as a server's name, a name only when it may be") {
    CHECK(once(trusting(), usual(), "192.0.2.1").there.server_name.empty());
    auto quiet = trusting();
    quiet.server_name = quiet.alpn = false;
    auto came = once(quiet, usual());
    CHECK(came.agreed);
    CHECK(came.there.server_name.empty());
    CHECK(came.there.alpn.empty());
}

TEST_CASE("an upstream whose certificate is not good is refused, and the reason says why") {
    struct row {
        const char* about;
        identity server;
        const char* words;
    };
    auto stranger =
        make_identity({.name = "imap.example", .extensions = "subjectAltName = DNS:imap.example"});
    const row rows[] = {
        {"a stranger's", stranger, "self"   },
        { "expired", issued("DNS:imap.example",            "ecdsa", -2), "expired"},
    };
    for (auto& r : rows) {
        INFO(r.about);
        auto came = once(trusting(), r.server);
        CHECK_FALSE(came.agreed);
        INFO(came.why);
        CHECK(has(came.why, r.words));
        CHECK(has(came.why, "wanted: imap.example"));
        CHECK(has(came.why, "the certificate names: imap.example"));
        // The upstream is told as well.
        INFO(came.why_there);
    }
}

TEST_CASE("a chain may be so long, and revoked certificates are none") {
    auto middle = make_identity(
        {.name = "middle CA", .extensions = postern::test::ca_extensions, .issuer = &authority()}
    );
    auto leaf = make_identity(
        {.name = "imap.example",
         .extensions = "subjectAltName = DNS:imap.example\nbasicConstraints = CA:FALSE",
         .issuer = &middle}
    );
    identity both{leaf.certificate + middle.certificate, leaf.key};
    auto settings = trusting();
    CHECK(once(settings, both).agreed);
    settings.verify_depth = 0;
    auto came = once(settings, both);
    CHECK_FALSE(came.agreed);
    CHECK(has(came.why, "chain too long"));
    CHECK(once(settings, usual()).agreed);

    settings.crl = file_of("crl.pem", make_crl(authority()));
    CHECK(once(settings, usual()).agreed);
    settings.crl = file_of("crl.pem", make_crl(authority(), {usual()}));
    came = once(settings, usual());
    CHECK_FALSE(came.agreed);
    CHECK(has(came.why, "revoked"));
}

TEST_CASE("a pin is demanded besides a good certificate, or instead of one") {
    auto stranger = make_identity({.name = "whoever"});
    auto settings = trusting();
    settings.pins = {config::key_pin{}, pin_of(usual())};
    CHECK(once(settings, usual()).agreed);
    settings.pins = {config::key_pin{}};
    auto came = once(settings, usual());
    CHECK_FALSE(came.agreed);
    CHECK(has(came.why, "its key is none of proxy_ssl_pin"));
    CHECK(has(came.why, "the certificate names: imap.example"));
    settings.pins = {pin_of(stranger)};
    CHECK_FALSE(once(settings, stranger).agreed); // right key, and nobody vouches for it

    settings.verify = false;
    CHECK(once(settings, stranger).agreed);
    CHECK_FALSE(once(settings, usual()).agreed);
    settings.pins.clear();
    CHECK(once(settings, usual(), "anything").agreed); // as told
}

TEST_CASE("versions and suites with upstreams are those that were named") {
    auto settings = trusting();
    settings.versions = {config::tls_version::tls1_2};
    settings.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
    auto came = once(settings, usual());
    CHECK(came.agreed);
    CHECK(came.here.protocol == "TLSv1.2");
    CHECK(came.here.cipher == "ECDHE-ECDSA-AES256-GCM-SHA384");

    auto by = must_compile_client(settings);
    auto modern = must_compile(versions(settings_with({usual()}), {config::tls_version::tls1_3}));
    CHECK_FALSE(visit_server(*by, modern, {"imap.example", "x"}).agreed);
}

TEST_CASE("sessions with an upstream are resumed, there and under that name only") {
    services s;
    auto at = must_compile(settings_with({usual()}), s.all());
    auto by = must_compile_client(trusting());
    auto go = [&](const destination& to) {
        auto came = visit_server(*by, at, to);
        INFO(came.why << came.why_there);
        CHECK(came.agreed);
        CHECK(came.here.resumed == came.there.resumed);
        return came.here.resumed;
    };
    CHECK_FALSE(go({"imap.example", "a:993"}));
    CHECK(go({"imap.example", "a:993"}));
    CHECK(go({"imap.example", "a:993"})); // the resumed one left a new ticket
    CHECK_FALSE(go({"imap.example", "b:993"}));
    CHECK_FALSE(go({"a.wild.example", "a:993"}));
    CHECK(go({"a.wild.example", "a:993"}));

    auto other = must_compile_client(trusting()); // settings of their own
    CHECK_FALSE(visit_server(*other, at, {"imap.example", "a:993"}).here.resumed);
    auto off = trusting();
    off.session_reuse = false;
    auto never = must_compile_client(off);
    for (int i = 0; i < 2; ++i)
        CHECK_FALSE(visit_server(*never, at, {"imap.example", "a:993"}).here.resumed);
}

TEST_CASE("sessions of TLS 1.2 are resumed where the library does it well") {
    services s;
    auto at =
        must_compile(versions(settings_with({usual()}), {config::tls_version::tls1_2}), s.all());
    auto by = must_compile_client(trusting());
    auto can = support_of("proxy_ssl_session_reuse", "TLSv1.2") == support::full;
    CHECK_FALSE(visit_server(*by, at, {"imap.example", "x"}).here.resumed);
    auto second = visit_server(*by, at, {"imap.example", "x"});
    CHECK(second.agreed);
    CHECK(second.here.resumed == can);
}

TEST_CASE("an upstream that forgot a session is spoken to all the same") {
    for (auto version : {config::tls_version::tls1_2, config::tls_version::tls1_3}) {
        services before, after;
        auto settings = versions(settings_with({usual()}), {version});
        auto by = must_compile_client(trusting());
        auto old = must_compile(settings, before.all());
        auto fresh = must_compile(settings, after.all());
        CHECK(visit_server(*by, old, {"imap.example", "x"}).agreed);
        auto came = visit_server(*by, fresh, {"imap.example", "x"});
        INFO(came.why << came.why_there);
        CHECK(came.agreed);
        CHECK_FALSE(came.here.resumed);
    }
}

TEST_CASE("one upstream's intermediate certificate vouches for nobody else") {
    auto middle = make_identity(
        {.name = "middle CA", .extensions = postern::test::ca_extensions, .issuer = &authority()}
    );
    auto leaf = make_identity(
        {.name = "imap.example",
         .extensions = "subjectAltName = DNS:imap.example\nbasicConstraints = CA:FALSE",
         .issuer = &middle}
    );
    auto by = must_compile_client(trusting());
    auto whole = must_compile(settings_with({
        {leaf.certificate + middle.certificate, leaf.key}
    }));
    auto alone = must_compile(settings_with({leaf}));
    CHECK(visit_server(*by, whole, {"imap.example", "a"}).agreed);
    auto came = visit_server(*by, alone, {"imap.example", "b"});
    CHECK_FALSE(came.agreed);
    CHECK(has(came.why, "certificate verify failed"));
}

TEST_CASE("what is wrong with the settings for upstreams is told by their directives") {
    auto settings = trusting();
    CHECK(complaints_about(settings).empty());
    settings.trusted_certificate = file_of("ca.pem", "nothing\n");
    CHECK(has(
        complaints_about(settings), "proxy_ssl_trusted_certificate: no certificate in \"ca.pem\""
    ));

    settings = trusting();
    settings.crl = file_of("crl.pem", "nothing\n");
    CHECK(has(complaints_about(settings), "proxy_ssl_crl: no CRL in \"crl.pem\""));

    settings = trusting();
    settings.ciphers = "NOTHING";
    CHECK(has(complaints_about(settings), "proxy_ssl_ciphers: "));
    settings = trusting();
    settings.versions = {config::tls_version::ssl3};
    CHECK(has(complaints_about(settings), "proxy_ssl_protocols: "));

    settings = trusting();
    settings.certificate = file_of("own.pem", usual().certificate);
    settings.certificate_key = file_of("key.pem", usual().key);
    CHECK(complaints_about(settings).empty());
    settings.certificate_key = file_of("key.pem", issued("DNS:a").key);
    CHECK(
        has(complaints_about(settings),
            "proxy_ssl_certificate_key: the private key in \"key.pem\" "
            "does not belong to the certificate in \"own.pem\"")
    );
    auto locked = make_identity({.phrase = "sesame"});
    settings.certificate = file_of("own.pem", locked.certificate);
    settings.certificate_key = file_of("key.pem", locked.key);
    CHECK(
        has(complaints_about(settings),
            "proxy_ssl_certificate_key: the private key in \"key.pem\" is encrypted "
            "(proxy_ssl_password_file names a file with its pass phrase)")
    );
    settings.password_file = file_of("pass.txt", "wrong\nsesame\n");
    CHECK(complaints_about(settings).empty());
    CHECK(make_backend()->compile_client(settings, "imap").made);
}
