#include "backends/tls/diagnose.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/failure.hpp"
#include "backends/tls/offer.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace postern::tls::test {

namespace {

using config::tls_version;

constexpr config::tls_versions modern{tls_version::tls1_2, tls_version::tls1_3};

class fake_context : public context {
public:
    fake_context(key_kind k, config::tls_versions v) : key_(k), versions_(v) {}
    std::unique_ptr<engine> accept() const override { return nullptr; }
    key_kind key() const override { return key_; }
    std::span<const std::uint16_t> suites() const override { return suites_; }
    bool speaks(tls_version v) const override { return versions_.contains(v); }
    std::span<const std::uint16_t> tls13_suites() const override { return tls13_; }
    std::span<const std::uint16_t> groups() const override { return groups_; }

private:
    key_kind key_;
    config::tls_versions versions_;
    std::vector<std::uint16_t> suites_{0xc02b, 0xc02f}, tls13_{0x1301}, groups_{29, 23};
};

// A client of today, to be made worse.
client_hello good() {
    client_hello hello;
    hello.version = 0x0303;
    hello.versions = {0x2a2a, 0x0304, 0x0303};
    hello.suites = {0x3a3a, 0x1301, 0xc02b, 0xc02f, 0x00ff};
    hello.groups = {0x4a4a, 29, 23};
    hello.signatures = {0x0403, 0x0804};
    hello.has_signatures = true;
    return hello;
}

std::string why(
    const client_hello& hello, key_kind key = key_kind::ecdsa, config::tls_versions v = modern
) {
    server ours;
    ours.contexts.push_back(std::make_shared<fake_context>(key, v));
    return disagreement(hello, ours, *ours.contexts.front());
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}

TEST_CASE("what a client offers is told in words, without fillers and signals") {
    auto hello = good();
    CHECK(offered_versions(hello) == "TLSv1.3 TLSv1.2");
    CHECK(
        offered_suites(hello) ==
        "TLS_AES_128_GCM_SHA256 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256"
    );
    CHECK(count_suites(hello) == 3);
    CHECK(offered_groups(hello) == "X25519 P-256");
    CHECK(offered_signatures(hello) == "ecdsa_secp256r1_sha256 rsa_pss_rsae_sha256");
    hello.protocols = {"imap", "pop3"};
    CHECK(offered_protocols(hello) == "imap pop3");
    hello.groups = {4588, 0xfe00};
    CHECK(offered_groups(hello) == "X25519MLKEM768 0xfe00");
    hello.versions = {};
    CHECK(offered_versions(hello) == "TLSv1.2 and older");
    hello.version = 0x0301;
    CHECK(offered_versions(hello) == "TLSv1 and older");
    hello.version = 0x0300;
    CHECK(offered_versions(hello) == "SSLv3");
    hello.version = 0x0002;
    CHECK(offered_versions(hello) == "0x0002");
    hello.versions = {0x7f1c};
    CHECK(offered_versions(hello) == "0x7f1c");
}

TEST_CASE("what a client offers is cut where it becomes long") {
    client_hello hello;
    for (unsigned i = 0; i < 30000; ++i)
        hello.suites.push_back(static_cast<std::uint16_t>(i));
    hello.protocols.assign(2000, std::string(255, 'x'));
    CHECK(offered_suites(hello).size() < 600);
    CHECK(has(offered_suites(hello), "..."));
    CHECK(offered_protocols(hello).size() < 600);
}

TEST_CASE("the hint names what client and server have not in common") {
    CHECK(why(good()).empty());
    CHECK(why(good(), key_kind::rsa).empty());

    auto old = good();
    old.versions = {};
    old.version = 0x0301;
    CHECK(why(old) == "the client offers only TLSv1 and older, ssl_protocols has TLSv1.2 TLSv1.3");
    auto only13 = good();
    only13.versions = {0x0304};
    CHECK(has(why(only13, key_kind::rsa, {tls_version::tls1_2}), "ssl_protocols has TLSv1.2"));

    auto ccm = good();
    ccm.suites = {0x1304};
    CHECK(
        why(ccm) == "no cipher suite in common: ssl_ciphersuites has none of the client's 1 "
                    "(TLS_AES_128_CCM_SHA256)"
    );
    auto groups = good();
    groups.groups = {24};
    CHECK(
        why(groups) ==
        "no group in common: the client offers P-384, ssl_ecdh_curve has X25519 P-256"
    );
    auto signatures = good();
    signatures.signatures = {0x0804};
    CHECK(has(why(signatures), "no signature algorithm in common for the ECDSA certificate"));
    signatures.signatures = {0x0401};
    CHECK(has(why(signatures, key_kind::rsa), "no signature algorithm in common for the RSA"));
}

TEST_CASE("the hint for TLS 1.2 and older") {
    auto hello = good();
    hello.versions = {};
    CHECK(why(hello).empty());
    hello.suites = {0x002f, 0x0035};
    CHECK(has(why(hello), "ssl_ciphers has none of the client's 2 (AES128-SHA AES256-SHA)"));
    hello.suites = {0xc02f};
    CHECK(has(why(hello), "no cipher suite in common fits the ECDSA certificate"));
    hello.suites = {0xc02b};
    hello.groups = {24};
    CHECK(has(why(hello), "no group in common"));
    hello.groups = {};
    hello.signatures = {0x0401};
    CHECK(has(why(hello), "no signature algorithm in common"));
}

TEST_CASE("alerts are told in words of the one who sent them") {
    CHECK(has(hint_for({-1, 48}, "the client"), "the client does not trust"));
    CHECK(has(hint_for({-1, 45}, "the upstream"), "the upstream holds the certificate for expired")
    );
    CHECK(has(hint_for({40, 42}, "the client"), "rejects the certificate"));
    CHECK(has(hint_for({86, -1}, "the client"), "fell back"));
    CHECK(hint_for({}, "the client").empty());
    CHECK(hint_for({-1, 0}, "the client").empty());
}

}
