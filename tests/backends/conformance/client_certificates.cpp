// ssl_verify_client: what a server learns of its clients' certificates.
#include "backends/tls/peer.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "backends/tls/withheld_keys.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/backends/support/staples.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::tls;
using namespace postern::tls::test;
using postern::test::ca_extensions;
using postern::test::make_identity;
using postern::test::temp_dir;
using postern::test::write_file;

namespace {

const identity& authority() {
    static const auto made = make_identity({.name = "authority", .extensions = ca_extensions});
    return made;
}
const identity& joe() {
    static const auto made = make_identity({.name = "joe", .issuer = &authority()});
    return made;
}

config::tls_settings asking(config::verify_client mode = config::verify_client::optional) {
    auto out = settings_with({postern::test::ecdsa_identity()});
    out.verify.client = mode;
    out.verify.client_certificate = file_of("ca.pem", authority().certificate);
    return out;
}

// s_client's words to show a certificate.
class shows {
public:
    explicit shows(const identity& who) {
        write_file(dir_.file("cert.pem"), who.certificate);
        write_file(dir_.file("key.pem"), who.key);
    }
    std::vector<std::string> and_says(std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"-cert", dir_.file("cert.pem"), "-key", dir_.file("key.pem")});
        return more;
    }

private:
    temp_dir dir_;
};

const char* versions[] = {"-tls1_2", "-tls1_3"};

}

TEST_CASE("a client's certificate is asked for only where that is wanted") {
    shows it(joe());
    auto with = must_compile(settings_with({postern::test::ecdsa_identity()}));
    auto met = meet(with, it.and_says());
    REQUIRE(met.agreed);
    CHECK_FALSE(met.what.asked);
    CHECK_FALSE(met.what.shown);
    CHECK(met.client_has("No client certificate CA names sent"));
}

TEST_CASE("a client's certificate and what is said of it are known after the handshake") {
    shows good(joe()), stranger(make_identity({.name = "stranger"}));
    auto with = must_compile(asking());
    for (auto* version : versions) {
        INFO(version);
        auto met = meet(with, good.and_says({version}));
        INFO(met.reason << met.client);
        REQUIRE(met.agreed);
        CHECK(met.what.asked);
        REQUIRE(met.what.shown);
        CHECK(met.what.shown->said == verdict::ok);
        auto leaf = read_certificate(met.what.shown->leaf);
        REQUIRE(leaf);
        CHECK(common_names(leaf->subject) == std::vector<std::string>{"joe"});

        met = meet(with, stranger.and_says({version}));
        INFO(met.reason << met.client);
        REQUIRE(met.agreed);
        REQUIRE(met.what.shown);
        CHECK(met.what.shown->said == verdict::self_signed);

        met = meet(with, {version});
        INFO(met.reason << met.client);
        REQUIRE(met.agreed);
        CHECK(met.what.asked);
        CHECK_FALSE(met.what.shown);
    }
}

TEST_CASE("every kind of key can be a client's") {
    auto with = must_compile(asking());
    auto knows_ed25519 = support_of("ssl_certificate", "Ed25519") == support::full;
    for (auto* kind : {"rsa", "ecdsa", "ed25519"})
        for (auto* version : versions) {
            INFO(kind << version);
            shows it(make_identity({.key = kind, .name = "joe", .issuer = &authority()}));
            auto met = meet(with, it.and_says({version}));
            INFO(met.reason << met.client);
            REQUIRE(met.agreed);
            // Who is told that it would not be understood shows nothing.
            auto is_known = kind != std::string("ed25519") || knows_ed25519;
            REQUIRE((met.what.shown != nullptr) == is_known);
            if (is_known) CHECK(met.what.shown->said == verdict::ok);
        }
}

TEST_CASE("clients are told the names of ssl_client_certificate alone") {
    auto settings = asking();
    auto other = make_identity({.name = "quiet one", .extensions = ca_extensions});
    settings.verify.trusted_certificate = file_of("trusted.pem", other.certificate);
    auto with = must_compile(settings);
    auto told = support_of("ssl_client_certificate", "TLSv1.3") == support::full;
    auto told_before = support_of("ssl_client_certificate", "TLSv1.2") == support::full;
    auto said =
        complaints_of(make_backend()->compile(settings, "imap", {}), config::severity::warning);
    CHECK(said.find("ssl_client_certificate: wolfSSL") == (told ? said.npos : 0));
    meeting met;
    for (auto* version : versions) {
        met = meet(with, {version});
        auto should = version == versions[0] ? told_before : told;
        CHECK(met.client_has("Acceptable client certificate CA names\nCN = authority") == should);
        CHECK_FALSE(met.client_has("quiet one"));
    }
    shows it(make_identity({.name = "joe", .issuer = &other}));
    met = meet(with, it.and_says());
    REQUIRE(met.what.shown);
    CHECK(met.what.shown->said == verdict::ok);
}

TEST_CASE("who showed a certificate shows it again, also when there are sessions") {
    shows it(joe());
    local_ticket_keys keys;
    map_store store;
    session_services services{&store, nullptr, &keys};
    auto with = must_compile(asking(), services);
    for (auto* version : versions)
        for (bool tickets : {true, false}) {
            INFO(version << tickets);
            std::vector<std::string> words{version};
            if (!tickets) words.push_back("-no_ticket");
            auto met = meet_twice(with, with, it.and_says(words));
            REQUIRE(met.first.agreed);
            REQUIRE(met.first.what.shown);
            if (!met.left_session) continue;
            INFO(met.second.reason << met.second.client);
            REQUIRE(met.second.agreed);
            CHECK_FALSE(met.second.what.resumed);
            REQUIRE(met.second.what.shown);
            CHECK(met.second.what.shown->said == verdict::ok);
        }
    CHECK(store.all.empty());
}

TEST_CASE("who shows none is resumed, but not where another question is asked") {
    local_ticket_keys keys;
    map_store store;
    session_services services{&store, nullptr, &keys};
    auto open = settings_with({postern::test::ecdsa_identity()});
    auto with = must_compile(asking(), services);
    auto stricter = asking();
    stricter.verify.depth = 0;
    auto others = {must_compile(open, services), must_compile(stricter, services)};
    for (auto* version : versions) {
        INFO(version);
        auto met = meet_twice(with, with, {version});
        REQUIRE(met.left_session);
        REQUIRE(met.second.agreed);
        CHECK(met.second.what.resumed);
        CHECK(met.second.what.asked);
        CHECK_FALSE(met.second.what.shown);
        for (auto& other : others) {
            CHECK_FALSE(meet_twice(with, other, {version}).second.what.resumed);
            CHECK_FALSE(meet_twice(other, with, {version}).second.what.resumed);
        }
    }
}

TEST_CASE("where a certificate is a must, no session remains of those who have none") {
    local_ticket_keys keys;
    map_store store;
    session_services services{&store, nullptr, &keys};
    auto with = must_compile(asking(config::verify_client::on), services);
    for (auto* version : versions) {
        auto met = meet_twice(with, with, {version});
        REQUIRE(met.first.agreed);
        CHECK_FALSE(met.second.what.resumed);
    }
    CHECK(store.all.empty());
}

TEST_CASE("what the settings of client certificates get wrong is named") {
    auto settings = asking();
    settings.verify.trusted_certificate = file_of("t.pem", "nothing");
    settings.verify.crl = file_of("crl.pem", authority().certificate);
    auto done = make_backend()->compile(settings, "imap", {});
    auto said = complaints_of(done, config::severity::error);
    CHECK(said.find("ssl_trusted_certificate: no certificate in \"t.pem\"") != said.npos);
    CHECK(said.find("ssl_crl: no CRL in \"crl.pem\"") != said.npos);
    CHECK_FALSE(done.made);
}

TEST_CASE("an engine forgets its peer's certificate when it is told to") {
    shows it(joe());
    auto met = meet(must_compile(asking()), it.and_says());
    REQUIRE(met.what.shown);
    CHECK(met.what.shown.use_count() == 1); // the engine is gone; nothing else holds it
}

TEST_CASE("clients are asked for certificates under every name") {
    shows it(joe());
    local_ticket_keys keys;
    map_store store;
    session_services services{&store, nullptr, &keys};
    auto other = make_identity({.name = "other.example"});
    auto settings = asking();
    settings.names.certificates = {
        {file_of("o.pem", other.certificate), file_of("o.key", other.key), {}}
    };
    auto open = settings;
    open.verify = {};
    auto with = must_compile(settings, services), unasked = must_compile(open, services);
    for (auto* version : versions) {
        INFO(version);
        std::vector<std::string> there{version, "-servername", "other.example"};
        auto met = meet(with, it.and_says(there));
        INFO(met.reason << met.client);
        REQUIRE(met.what.shown);
        CHECK(met.what.shown->said == verdict::ok);
        CHECK(met.client_has("other.example"));
        // Whoever was not asked is no old acquaintance of a server that asks.
        CHECK_FALSE(meet_twice(unasked, with, there).second.what.resumed);
        CHECK(meet_twice(with, with, there).second.what.resumed);
    }
}

TEST_CASE("clients show certificates to a server whose key is elsewhere") {
    shows good(joe()), stranger(make_identity({.name = "stranger"}));
    auto& own = postern::test::ecdsa_identity();
    auto apart = withhold_keys(own.key);
    auto settings = asking();
    settings.certificate_keys = {file_of("key.pem", std::string(apart.text.reveal()))};
    settings.keys_elsewhere = true;
    auto with = must_compile(settings);
    auto key = make_backend()->load_key(apart.keys.at(0).pem, {});
    REQUIRE(key);
    how way;
    way.sign = [&](const signature_request& r) {
        return key->sign(r.scheme, std::as_bytes(std::span(r.bytes))).value_or("");
    };
    for (auto* version : versions) {
        INFO(version);
        auto met = meet(with, good.and_says({version}), way);
        INFO(met.reason << met.client);
        REQUIRE(met.what.shown);
        CHECK(met.what.shown->said == verdict::ok);
        met = meet(with, stranger.and_says({version}), way);
        REQUIRE(met.what.shown);
        CHECK(met.what.shown->said == verdict::self_signed);
    }
}

// One of the libraries must know the issuer as an authority to send its staple.
TEST_CASE("who issued the server's own certificate is not believed for its staple") {
    auto issuer = make_identity({.name = "public CA", .extensions = ca_extensions});
    auto own = make_identity({.name = "mail.example", .issuer = &issuer});
    identity chained{own.certificate + issuer.certificate, own.key};
    auto settings = asking();
    settings.certificates = {file_of("cert.pem", chained.certificate)};
    settings.certificate_keys = {file_of("key.pem", chained.key)};
    settings.handshake.staples = {file_of("ocsp.der", make_response(issuer, own))};
    auto done = make_backend()->compile(settings, "imap", {});
    auto why = complaints_of(done, config::severity::error);
    if (reason_of("ssl_stapling_file", "").find("ssl_verify_client") != std::string::npos) {
        CHECK(why.find("ssl_stapling_file") != why.npos);
        return;
    }
    INFO(why);
    REQUIRE(done.made);
    shows good(joe()), theirs(make_identity({.name = "joe", .issuer = &issuer}));
    for (auto* version : versions)
        for (int again = 0; again < 2; ++again) {
            INFO(version << again);
            auto met = meet(done.made, theirs.and_says({version, "-status"}));
            INFO(met.reason << met.client);
            REQUIRE(met.agreed);
            REQUIRE(met.what.shown);
            CHECK(met.what.shown->said == verdict::leaf_unverified);
            CHECK(met.client_has("OCSP Response Status: successful"));
            met = meet(done.made, good.and_says({version, "-status"}));
            REQUIRE(met.what.shown);
            CHECK(met.what.shown->said == verdict::ok);
        }
}
