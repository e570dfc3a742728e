// ssl_key_process: contexts whose private key is elsewhere.
#include "backends/tls/cipher_names.hpp"
#include "backends/tls/withheld_keys.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::tls;
using namespace postern::tls::test;

namespace {

const identity& ed25519_identity() {
    static const auto made = postern::test::make_identity({.key = "ed25519"});
    return made;
}

bool knows_ed25519() { return support_of("ssl_certificate", "Ed25519") == support::full; }

// A server that has the certificate, and the key as it is where keys live.
struct divided {
    std::shared_ptr<const server> with;
    withheld_key kept;
    std::unique_ptr<signing_key> key;
    std::vector<signature_scheme> asked;

    explicit divided(const identity& one, const std::string& ciphers = {}) {
        auto apart = withhold_keys(one.key);
        REQUIRE(apart.keys.size() == 1);
        kept = std::move(apart.keys[0]);
        auto settings = settings_with({
            identity{one.certificate, std::string(apart.text.reveal())}
        });
        settings.keys_elsewhere = true;
        if (!ciphers.empty()) settings.ciphers = ciphers;
        settings.versions.insert(config::tls_version::tls1_1);
        with = must_compile(settings);
        key = make_backend()->load_key(kept.pem, {});
        REQUIRE(key);
    }

    how signing() {
        how way;
        way.sign = [this](const signature_request& r) {
            CHECK(is_well_formed(r));
            CHECK(r.key == kept.id);
            asked.push_back(r.scheme);
            auto made = key->sign(r.scheme, std::as_bytes(std::span(r.bytes)));
            return made ? *made : std::string();
        };
        return way;
    }
};

}

TEST_CASE("remote key: handshakes with a key that is elsewhere, TLS 1.2 and 1.3", "[remote]") {
    std::vector all{&postern::test::ecdsa_identity(), &postern::test::rsa_identity()};
    if (knows_ed25519()) all.push_back(&ed25519_identity());
    for (auto* one : all)
        for (std::string version : {"-tls1_2", "-tls1_3"}) {
            divided server(*one);
            auto met = meet(server.with, {version}, server.signing());
            INFO(version << " " << met.reason << "\n" << met.client);
            CHECK(met.agreed);
            CHECK(met.client_has("* OK hello"));
            CHECK(server.asked.size() == 1);
        }
}

TEST_CASE("remote key: byte by byte", "[remote]") {
    divided server(postern::test::rsa_identity());
    auto way = server.signing();
    way.piece = 1;
    for (std::string version : {"-tls1_2", "-tls1_3"})
        CHECK(meet(server.with, {version}, way).agreed);
}

TEST_CASE("remote key: every hash that a client may insist on", "[remote]") {
    using enum signature_scheme;
    struct row {
        const identity& who;
        std::string version, algorithms;
        signature_scheme expected;
    };
    auto& rsa = postern::test::rsa_identity();
    auto& ecdsa = postern::test::ecdsa_identity();
    for (auto& r : std::vector<row>{
             {rsa,   "-tls1_2", "RSA+SHA256",             rsa_pkcs1_sha256},
             {rsa,   "-tls1_2", "RSA+SHA384",             rsa_pkcs1_sha384},
             {rsa,   "-tls1_2", "RSA+SHA512",             rsa_pkcs1_sha512},
             {rsa,   "-tls1_3", "rsa_pss_rsae_sha256",    rsa_pss_sha256  },
             {rsa,   "-tls1_3", "rsa_pss_rsae_sha384",    rsa_pss_sha384  },
             {rsa,   "-tls1_3", "rsa_pss_rsae_sha512",    rsa_pss_sha512  },
             {ecdsa, "-tls1_2", "ECDSA+SHA256",           ecdsa_sha256    },
             {ecdsa, "-tls1_2", "ECDSA+SHA384",           ecdsa_sha384    },
             {ecdsa, "-tls1_3", "ecdsa_secp256r1_sha256", ecdsa_sha256    },
    }) {
        divided server(r.who);
        auto met = meet(server.with, {r.version, "-sigalgs", r.algorithms}, server.signing());
        INFO(r.version << " " << r.algorithms << " " << met.reason << "\n" << met.client);
        CHECK(met.agreed);
        REQUIRE(server.asked.size() == 1);
        CHECK(server.asked[0] == r.expected);
    }
}

TEST_CASE("remote key: TLS 1.1 signs MD5 and SHA-1", "[remote]") {
    if (support_of("ssl_protocols", "TLSv1.1") == support::absent) return;
    divided server(postern::test::rsa_identity(), "HIGH:!aNULL:@SECLEVEL=0");
    auto met = meet(server.with, {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}, server.signing());
    INFO(met.reason << "\n" << met.client);
    CHECK(met.agreed);
    REQUIRE(server.asked.size() == 1);
    CHECK(server.asked[0] == signature_scheme::rsa_pkcs1_md5_sha1);
}

TEST_CASE("remote key: no signature ends the handshake with a reason", "[remote]") {
    for (std::string version : {"-tls1_2", "-tls1_3"}) {
        divided server(postern::test::rsa_identity());
        how way;
        way.sign = [](const signature_request&) { return std::string(); };
        auto met = meet(server.with, {version}, way);
        CHECK_FALSE(met.agreed);
        CHECK_FALSE(met.reason.empty());
    }
}

TEST_CASE("remote key: another key's signature is of no use to a client", "[remote]") {
    auto other = postern::test::make_identity({});
    auto stranger = make_backend()->load_key(secret(other.key), {});
    REQUIRE(stranger);
    for (std::string version : {"-tls1_2", "-tls1_3"}) {
        divided server(postern::test::ecdsa_identity());
        how way;
        way.sign = [&](const signature_request& r) {
            return *stranger->sign(r.scheme, std::as_bytes(std::span(r.bytes)));
        };
        CHECK_FALSE(meet(server.with, {version}, way).agreed);
    }
}

TEST_CASE("remote key: suites that need more than a signature are left out", "[remote]") {
    auto settings = settings_with({postern::test::rsa_identity()});
    settings.keys_elsewhere = true;
    settings.ciphers = "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA";
    if (support_of("ssl_ciphers", "static RSA (AES128-SHA)") == support::absent)
        settings.ciphers = "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256";
    auto done = make_backend()->compile(settings, "imap", {});
    REQUIRE(done.made);
    auto said = complaints_of(done, config::severity::warning);
    auto has_others = support_of("ssl_ciphers", "static RSA (AES128-SHA)") != support::absent ||
                      support_of("ssl_ciphers", "DHE, CAMELLIA, CCM, ARIA") != support::absent;
    INFO(said);
    CHECK((said.find("without ECDHE are not offered") != std::string::npos) == has_others);
    for (auto& suites : {done.made->contexts[0]->suites()})
        for (auto id : suites)
            CHECK(find_suite(id)->kx == key_exchange::ecdhe);
    auto met = meet(done.made, {"-tls1_2", "-cipher", "AES128-SHA:DHE-RSA-AES128-GCM-SHA256"});
    CHECK_FALSE(met.agreed);
    // The default list has some of them: everyone would be warned.
    const config::tls_settings defaults; // named: g++ 12 is afraid of a nameless one
    settings.ciphers = defaults.ciphers;
    done = make_backend()->compile(settings, "imap", {});
    CHECK(done.made);
    CHECK(complaints_of(done, config::severity::warning).empty());
}

TEST_CASE("signing keys: pass phrases open them, wrong ones do not", "[remote]") {
    for (std::string file : {"", "traditional"}) {
        auto locked = postern::test::make_identity({.phrase = "sesame", .file = file});
        auto library = make_backend();
        CHECK_FALSE(library->load_key(secret(locked.key), {}));
        CHECK_FALSE(library->load_key(secret(locked.key), {secret("open")}));
        CHECK(library->load_key(secret(locked.key), {secret("open"), secret("sesame")}));
    }
}

TEST_CASE("signing keys: sign as their kind and no other", "[remote]") {
    auto library = make_backend();
    std::string digest(32, 'd');
    auto bytes = std::as_bytes(std::span(digest));
    auto rsa = library->load_key(secret(postern::test::rsa_identity().key), {});
    auto ecdsa = library->load_key(secret(postern::test::ecdsa_identity().key), {});
    auto edwards = library->load_key(secret(ed25519_identity().key), {});
    REQUIRE((rsa && ecdsa));
    REQUIRE((edwards != nullptr) == knows_ed25519());
    using enum signature_scheme;
    CHECK(rsa->sign(rsa_pss_sha256, bytes));
    CHECK_FALSE(rsa->sign(ecdsa_sha256, bytes));
    CHECK_FALSE(rsa->sign(ed25519, bytes));
    CHECK(ecdsa->sign(ecdsa_sha256, bytes));
    CHECK_FALSE(ecdsa->sign(rsa_pkcs1_sha256, bytes));
    if (edwards) CHECK(edwards->sign(ed25519, bytes));
    if (edwards) CHECK_FALSE(edwards->sign(ecdsa_sha256, bytes));
    CHECK_FALSE(library->load_key(
        secret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), {}
    ));
}
