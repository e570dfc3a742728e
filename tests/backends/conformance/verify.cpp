// What is said about a peer's certificate: the same on every library.
#include "backends/tls/pem.hpp"
#include "backends/tls/verifier.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::tls;
using namespace postern::tls::test;
using postern::test::ca_extensions;
using postern::test::make_crl;
using postern::test::make_identity;

namespace {

std::string der_of(const std::string& pem) { return *pem_bytes(read_pem(pem).blocks.at(0)); }

// A root, an intermediate below it, and who wants to be believed.
const identity& root() {
    static const auto made = make_identity({.name = "root", .extensions = ca_extensions});
    return made;
}
const identity& middle() {
    static const auto made =
        make_identity({.name = "middle", .extensions = ca_extensions, .issuer = &root()});
    return made;
}
identity leaf(const identity& issuer, std::string extensions = "", int days = 30) {
    return make_identity(
        {.name = "leaf", .days = days, .extensions = std::move(extensions), .issuer = &issuer}
    );
}
const identity& good() {
    static const auto made = leaf(middle());
    return made;
}

struct believed {
    std::vector<identity> anchors{root()};
    std::vector<std::string> crls = {};
    unsigned depth = 1;
};

trust trust_of(const believed& whom) {
    trust out;
    for (auto& one : whom.anchors)
        out.anchors.push_back(der_of(one.certificate));
    for (auto& one : whom.crls)
        out.crls.push_back(der_of(one));
    out.depth = whom.depth;
    return out;
}

verdict judge(
    const std::vector<identity>& sent, const believed& whom = {}, role side = role::client
) {
    auto library = make_backend();
    std::vector<std::string> chain;
    for (auto& one : sent)
        chain.push_back(der_of(one.certificate));
    std::vector<std::string_view> views(chain.begin(), chain.end());
    return library->trusting(trust_of(whom))->check(views, side);
}

}

TEST_CASE("a chain that leads to an anchor is believed") {
    CHECK(judge({leaf(root())}) == verdict::ok);
    CHECK(judge({good(), middle()}) == verdict::ok);
    CHECK(judge({good(), middle()}, {}, role::server) == verdict::ok);
    CHECK(judge({good(), middle(), root()}) == verdict::ok);
    auto rsa = make_identity({.key = "rsa", .name = "rsa root", .extensions = ca_extensions});
    auto ed = make_identity({.key = "ed25519", .name = "leaf", .issuer = &rsa});
    auto verified = judge(
                        std::vector{
                            ed
    },
                        {.anchors = {root(), rsa}}
                    ) == verdict::ok;
    CHECK(verified == (support_of("ssl_certificate", "Ed25519") == support::full));
}

TEST_CASE("the order of a chain and what is too much in it do not matter") {
    auto other = make_identity({.name = "other"});
    CHECK(judge({good(), root(), other, middle()}) == verdict::ok);
}

TEST_CASE("an anchor need not be a root, and a leaf may be one") {
    CHECK(judge({good()}, {.anchors = {middle()}}) == verdict::ok);
    CHECK(judge({good(), middle()}, {.anchors = {middle()}}) == verdict::ok);
    auto alone = make_identity({.name = "alone"});
    CHECK(judge({alone}, {.anchors = {alone}}) == verdict::ok);
}

TEST_CASE("strangers are told apart") {
    auto alone = make_identity({.name = "alone"});
    auto other = make_identity({.name = "other", .extensions = ca_extensions});
    believed none{.anchors = {other}};
    CHECK(judge({}) == verdict::none);
    CHECK(judge({alone}, none) == verdict::self_signed);
    CHECK(judge({good()}, none) == verdict::leaf_unverified);
    CHECK(judge({good(), middle()}, none) == verdict::unknown_issuer);
    CHECK(judge({good(), middle(), root()}, none) == verdict::self_signed_in_chain);
    CHECK(judge({good()}) == verdict::leaf_unverified);
    CHECK(judge({good()}, {.anchors = {}}) == verdict::leaf_unverified);
}

TEST_CASE("another one with the issuer's name does not count") {
    auto twin = make_identity({.name = "root", .extensions = ca_extensions});
    CHECK(judge({leaf(twin)}) == verdict::bad_signature);
    auto false_middle = make_identity({.name = "middle", .extensions = ca_extensions});
    CHECK(judge({good(), false_middle}) != verdict::ok);
    CHECK(
        judge(
            {
                leaf(twin)
    },
            {.anchors = {root(), twin}}
        ) == verdict::ok
    );
}

TEST_CASE("dates count, of everybody on the way") {
    CHECK(judge({leaf(root(), "", -1)}) == verdict::expired);
    CHECK(judge({leaf(root(), "", -1)}, {.anchors = {}}) == verdict::expired);
    auto old =
        make_identity({.name = "old", .days = -1, .extensions = ca_extensions, .issuer = &root()});
    CHECK(judge({leaf(old), old}) == verdict::expired);
    auto old_root = make_identity({.name = "old root", .days = -1, .extensions = ca_extensions});
    CHECK(judge({leaf(old_root)}, {.anchors = {old_root}}) == verdict::expired);
}

TEST_CASE("a certificate serves the side of TLS that it was made for") {
    auto client = leaf(root(), "extendedKeyUsage = clientAuth");
    auto server = leaf(root(), "extendedKeyUsage = serverAuth");
    CHECK(judge({client}) == verdict::ok);
    CHECK(judge({client}, {}, role::server) == verdict::wrong_purpose);
    CHECK(judge({server}, {}, role::server) == verdict::ok);
    CHECK(judge({server}) == verdict::wrong_purpose);
    CHECK(
        judge({leaf(root(), "extendedKeyUsage = anyExtendedKeyUsage")}) == verdict::wrong_purpose
    );
    CHECK(judge({leaf(root(), "keyUsage = critical, digitalSignature")}) == verdict::ok);
    CHECK(judge({leaf(root(), "keyUsage = critical, cRLSign")}) == verdict::wrong_purpose);
}

TEST_CASE("the depth counts what stands between leaf and anchor") {
    auto lower = make_identity({.name = "lower", .extensions = ca_extensions, .issuer = &middle()});
    auto deep = leaf(lower);
    CHECK(judge({deep, lower, middle()}) == verdict::chain_too_long);
    CHECK(judge({deep, lower, middle()}, {.depth = 2}) == verdict::ok);
    CHECK(judge({good(), middle()}, {.depth = 0}) == verdict::chain_too_long);
    CHECK(judge({leaf(root())}, {.depth = 0}) == verdict::ok);
    std::vector<identity> endless(100, middle());
    CHECK(judge(endless) == verdict::chain_too_long);
}

TEST_CASE("who may not issue certificates vouches for nobody") {
    auto user = leaf(root());
    CHECK(judge({leaf(user), user}) == verdict::not_a_ca);
    auto alone = make_identity({.name = "alone"});
    CHECK(judge({leaf(alone)}, {.anchors = {alone}}) == verdict::not_a_ca);
    auto named = make_identity(
        {.name = "no ca", .extensions = "basicConstraints = critical, CA:FALSE", .issuer = &root()}
    );
    CHECK(judge({leaf(named), named}) == verdict::not_a_ca);
    auto last = make_identity(
        {.name = "last",
         .extensions = "basicConstraints = critical, CA:TRUE, pathlen:0\n"
                       "keyUsage = critical, keyCertSign",
         .issuer = &root()}
    );
    auto beyond = make_identity({.name = "beyond", .extensions = ca_extensions, .issuer = &last});
    CHECK(judge({leaf(last), last}) == verdict::ok);
    CHECK(judge({leaf(beyond), beyond, last}, {.depth = 5}) == verdict::path_length_exceeded);
}

TEST_CASE("name constraints of an issuer hold") {
    auto limited = make_identity(
        {.name = "limited",
         .extensions = std::string(ca_extensions) +
                       "\nnameConstraints = critical, permitted;email:example.org",
         .issuer = &root()}
    );
    auto ours = leaf(limited, "subjectAltName = email:joe@example.org");
    auto theirs = leaf(limited, "subjectAltName = email:joe@example.net");
    CHECK(judge({ours, limited}) == verdict::ok);
    CHECK(judge({theirs, limited}) == verdict::name_not_permitted);
}

TEST_CASE("something critical that nobody understands is not believed") {
    CHECK(
        judge({leaf(root(), "1.2.3.4.5 = critical, ASN1:UTF8String:what")}) == verdict::malformed
    );
}

TEST_CASE("a revoked certificate is not believed, wherever it stands") {
    auto revoked = leaf(root());
    believed with{.crls = {make_crl(root(), {revoked})}};
    CHECK(judge({leaf(root())}, with) == verdict::ok);
    CHECK(judge({revoked}, with) == verdict::revoked);
    believed both{
        .crls = {make_crl(root(), {middle()}), make_crl(middle())}
    };
    CHECK(judge({good(), middle()}, both) == verdict::revoked);
    both.crls.front() = make_crl(root());
    CHECK(judge({good(), middle()}, both) == verdict::ok);
}

TEST_CASE("where there are CRLs, each issuer needs a good one") {
    CHECK(judge({good(), middle()}, {.crls = {make_crl(root())}}) == verdict::no_crl);
    CHECK(judge({good(), middle()}, {.crls = {make_crl(middle())}}) == verdict::no_crl);
    CHECK(judge({leaf(root())}, {.crls = {make_crl(root(), {}, -1)}}) == verdict::crl_expired);
    CHECK(
        judge(
            {
                leaf(root())
    },
            {.crls = {make_crl(root(), {}, -1), make_crl(root())}}
        ) == verdict::ok
    );
    auto twin = make_identity({.name = "root", .extensions = ca_extensions});
    CHECK(judge({leaf(root())}, {.crls = {make_crl(twin)}}) == verdict::bad_crl);
    // An anchor is trusted by decree: nobody else's list is needed about it.
    CHECK(judge({good()}, {.anchors = {middle()}, .crls = {make_crl(middle())}}) == verdict::ok);
}

TEST_CASE("who trusts the same shares it") {
    auto library = make_backend();
    auto one = library->trusting(trust_of({}));
    CHECK(library->trusting(trust_of({})) == one);
    CHECK(library->trusting(trust_of({.depth = 2})) != one);
    CHECK(library->trusting(trust_of({.anchors = {middle()}})) != one);
}

TEST_CASE("noise instead of a certificate is no certificate") {
    auto library = make_backend();
    auto with = library->trusting(trust_of({}));
    std::string noise(300, '\x30');
    std::vector<std::string_view> chain{noise};
    CHECK(with->check(chain, role::client) == verdict::malformed);
    auto cut = der_of(good().certificate);
    cut.resize(cut.size() - 10);
    chain = {cut};
    CHECK(with->check(chain, role::client) == verdict::malformed);
}

TEST_CASE("files of certificates and CRLs are read, and what is wrong is named") {
    std::vector<config::complaint> said;
    auto both = root().certificate + "text between\n" + middle().certificate;
    CHECK(read_anchors(file_of("ca.pem", both), "ssl_client_certificate", said).size() == 2);
    CHECK(read_crls(file_of("crl.pem", make_crl(root())), "ssl_crl", said).size() == 1);
    CHECK(said.empty());
    read_anchors(file_of("ca.pem", root().key), "ssl_trusted_certificate", said);
    read_crls(file_of("crl.pem", root().certificate), "ssl_crl", said);
    auto torn = root().certificate.substr(0, 100);
    read_anchors(file_of("torn.pem", torn), "ssl_client_certificate", said);
    REQUIRE(said.size() == 3);
    CHECK(said[0].directive == "ssl_trusted_certificate");
    CHECK(said[0].text == "no certificate in \"ca.pem\"");
    CHECK(said[1].directive == "ssl_crl");
    CHECK(said[1].text == "no CRL in \"crl.pem\"");
    CHECK(said[2].text == "a block in \"torn.pem\" begins and does not end");
}
