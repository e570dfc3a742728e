#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using config::severity;
using postern::test::ecdsa_identity;
using postern::test::make_identity;
using postern::test::rsa_identity;

compiled compile(const config::tls_settings& settings) {
    return make_backend()->compile(settings, "imap", {});
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}

TEST_CASE("ssl_certificate shows its chain and its key's kind to the client") {
    for (auto* one : {&ecdsa_identity(), &rsa_identity()}) {
        auto seen = meet(must_compile(settings_with({*one})), {"-showcerts"});
        INFO(seen.client << seen.reason);
        CHECK(seen.agreed);
        auto body = one->certificate.substr(0, one->certificate.rfind("-----END"));
        CHECK(has(seen.client, body.substr(body.find('\n') + 1)));
    }
}

TEST_CASE("ssl_certificate with Ed25519 is served, or refused with a reason") {
    auto settings = settings_with({make_identity({.key = "ed25519"})});
    if (support_of("ssl_certificate", "Ed25519") == support::full) {
        CHECK(meet(must_compile(settings)).agreed);
        return;
    }
    auto refused = compile(settings);
    CHECK_FALSE(refused.made);
    auto said = complaints_of(refused, severity::error);
    INFO(said);
    CHECK(has(said, "Ed25519"));
    CHECK(has(said, reason_of("ssl_certificate", "Ed25519")));
}

TEST_CASE("an intermediate certificate in ssl_certificate's file is sent along") {
    auto settings = settings_with({ecdsa_identity()});
    settings.certificates[0] =
        file_of("chain.pem", ecdsa_identity().certificate + rsa_identity().certificate);
    auto seen = meet(must_compile(settings), {"-showcerts"});
    INFO(seen.client);
    CHECK(has(seen.client, " 1 s:"));
}

TEST_CASE("ssl_certificate's file may hold the key, before or after the chain") {
    for (auto key_first : {true, false}) {
        config::tls_settings settings;
        auto& one = ecdsa_identity();
        auto text = key_first ? one.key + one.certificate : one.certificate + one.key;
        settings.certificates = {file_of("both.pem", text)};
        CHECK(meet(must_compile(settings)).agreed);
    }
}

TEST_CASE("an RSA and an ECDSA certificate: each client gets the one that it can verify") {
    for (auto rsa_first : {true, false}) {
        auto settings = rsa_first ? settings_with({rsa_identity(), ecdsa_identity()})
                                  : settings_with({ecdsa_identity(), rsa_identity()});
        auto served = must_compile(settings);
        REQUIRE(served->contexts.size() == 2);
        auto kind = [&](const std::vector<std::string>& words) {
            auto seen = meet(served, words);
            INFO(seen.client << seen.reason);
            CHECK(seen.agreed);
            // OpenSSL 3.5 prints the whole scheme in small letters.
            return seen.client_has("Peer signature type: ECDSA")   ? "ECDSA"
                   : seen.client_has("Peer signature type: ecdsa") ? "ECDSA"
                   : seen.client_has("Peer signature type: RSA")   ? "RSA"
                   : seen.client_has("Peer signature type: rsa")   ? "RSA"
                                                                   : "none";
        };
        CHECK(kind({}) == std::string("ECDSA"));
        CHECK(kind({"-tls1_2"}) == std::string("ECDSA"));
        CHECK(kind({"-sigalgs", "RSA-PSS+SHA256"}) == std::string("RSA"));
        CHECK(kind({"-sigalgs", "ECDSA+SHA256"}) == std::string("ECDSA"));
        CHECK(kind({"-tls1_2", "-sigalgs", "RSA+SHA256"}) == std::string("RSA"));
        CHECK(kind({"-tls1_2", "-cipher", "aRSA"}) == std::string("RSA"));
        CHECK(kind({"-tls1_2", "-cipher", "aECDSA"}) == std::string("ECDSA"));
    }
}

TEST_CASE("with two certificates, suites for one of them only leave that one in use") {
    auto settings = settings_with({ecdsa_identity(), rsa_identity()});
    settings.versions = {config::tls_version::tls1_2};
    settings.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
    auto seen = meet(must_compile(settings));
    INFO(seen.client << seen.reason);
    CHECK(seen.what.cipher == "ECDHE-RSA-AES128-GCM-SHA256");
}

TEST_CASE("a key that does not match its certificate is an error that names both files") {
    struct row {
        const char* about;
        identity mixed;
    };
    auto other_ecdsa = make_identity({});
    auto other_rsa = make_identity({.key = "rsa"});
    const row rows[] = {
        {"another ECDSA key",    {ecdsa_identity().certificate, other_ecdsa.key}   },
        {"another RSA key",      {rsa_identity().certificate, other_rsa.key}       },
        {"an RSA key for ECDSA", {ecdsa_identity().certificate, rsa_identity().key}},
        {"an ECDSA key for RSA", {rsa_identity().certificate, ecdsa_identity().key}},
    };
    for (auto& row : rows) {
        auto done = compile(settings_with({row.mixed}));
        auto errors = complaints_of(done, severity::error);
        INFO(row.about << ": " << errors);
        CHECK_FALSE(done.made);
        CHECK(has(errors, "ssl_certificate_key: "));
        CHECK(has(errors, "key0.pem"));
        CHECK(has(errors, "cert0.pem"));
    }
}

TEST_CASE("an encrypted key opens with a line of ssl_password_file, and only so") {
    for (auto* form : {"", "traditional"}) {
        auto locked = make_identity({.key = "rsa", .phrase = "secret horse", .file = form});
        INFO("form " << form);
        auto settings = settings_with({locked});
        settings.password_file = file_of("phrases", "wrong\r\nsecret horse\nanother\n");
        CHECK(meet(must_compile(settings)).agreed);

        settings.password_file = file_of("phrases", "wrong\nsecret horsee\n");
        auto refused = complaints_of(compile(settings), severity::error);
        INFO(refused);
        CHECK(has(refused, "ssl_certificate_key: "));
        CHECK(has(refused, "key0.pem"));
        CHECK(has(refused, "ssl_password_file"));
        CHECK_FALSE(has(refused, "horse"));

        settings.password_file = {};
        auto without = complaints_of(compile(settings), severity::error);
        INFO(without);
        CHECK(has(without, "is encrypted"));
    }
}

TEST_CASE("files that are not what they should be are named, with their directive") {
    struct row {
        const char* about;
        std::string certificate, key;
        const char *directive, *words;
    };
    auto& good = ecdsa_identity();
    auto torn = good.certificate.substr(0, good.certificate.size() / 2);
    auto damaged = good.certificate;
    damaged.replace(damaged.find('\n') + 10, 4, "AAAA");
    auto bad_key = good.key;
    bad_key.replace(bad_key.find('\n') + 1, 4, "AAAA");
    const row rows[] = {
        {"empty certificate", "",               good.key,         "ssl_certificate: ",     "cert0.pem"},
        {"torn certificate",  torn,             good.key,         "ssl_certificate: ",     "cert0.pem"},
        {"damaged",           damaged,          good.key,         "ssl_certificate: ",     "cert0.pem"},
        {"no key",            good.certificate, good.certificate, "ssl_certificate_key: ", "key0.pem" },
        {"damaged key",       good.certificate, bad_key,          "ssl_certificate_key: ", "key0.pem" },
    };
    for (auto& row : rows) {
        auto done = compile(settings_with({
            {row.certificate, row.key}
        }));
        auto errors = complaints_of(done, severity::error);
        INFO(row.about << ": " << errors);
        CHECK_FALSE(done.made);
        CHECK(has(errors, row.directive));
        CHECK(has(errors, row.words));
    }
    auto settings = settings_with({good});
    settings.certificates[0].bytes = nullptr;
    CHECK(has(complaints_of(compile(settings), severity::error), "could not be read"));
}

TEST_CASE("an expired certificate is a warning, and still served") {
    auto done = compile(settings_with({make_identity({.days = -2})}));
    auto warned = complaints_of(done, severity::warning);
    INFO(warned << complaints_of(done, severity::error));
    REQUIRE(done.made);
    CHECK(has(warned, "ssl_certificate: "));
    CHECK(has(warned, "expired"));
    CHECK(has(warned, "cert0.pem"));
    CHECK(meet(done.made).agreed);
    CHECK(complaints_of(compile(settings_with({ecdsa_identity()})), severity::warning).empty());
}

TEST_CASE("everything that is wrong is reported at once") {
    auto settings = settings_with({
        {"", ""}
    });
    settings.ciphers = "NOPE";
    settings.versions = {config::tls_version::ssl3};
    auto errors = complaints_of(compile(settings), severity::error);
    INFO(errors);
    for (auto* directive :
         {"ssl_ciphers", "ssl_protocols", "ssl_certificate", "ssl_certificate_key"})
        CHECK(has(errors, directive));
}

}
