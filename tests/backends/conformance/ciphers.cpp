#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using postern::test::ecdsa_identity;
using postern::test::rsa_identity;

config::tls_settings tls12_with(const std::string& ciphers) {
    auto settings = settings_with({rsa_identity()});
    settings.ciphers = ciphers;
    settings.versions = {config::tls_version::tls1_2};
    return settings;
}

const char* const two = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256";
const char* const two_reversed = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384";

}

TEST_CASE("ssl_ciphers decides which suites a client can get") {
    auto only = must_compile(tls12_with("ECDHE-RSA-CHACHA20-POLY1305"));
    auto seen = meet(only);
    INFO(seen.client << seen.reason);
    CHECK(seen.what.cipher == "ECDHE-RSA-CHACHA20-POLY1305");
    CHECK_FALSE(meet(only, {"-cipher", "ECDHE+AESGCM"}).agreed);
}

TEST_CASE("ssl_ciphers takes keywords, exclusions and IANA names") {
    struct row {
        const char* ciphers;
        const char* client;
        bool agrees;
    };
    auto row = GENERATE(values<struct row>({
        {"HIGH:!aNULL:!MD5",                      "ECDHE-RSA-AES128-GCM-SHA256", true },
        {"ECDHE+AESGCM",                          "ECDHE-RSA-AES128-GCM-SHA256", true },
        {"ECDHE+AESGCM",                          "ECDHE-RSA-CHACHA20-POLY1305", false},
        {"HIGH:!AES128",                          "ECDHE-RSA-AES128-GCM-SHA256", false},
        {"HIGH:!AES128",                          "ECDHE-RSA-AES256-GCM-SHA384", true },
        {"HIGH:-SHA1:!aNULL",                     "ECDHE-RSA-AES128-SHA",        false},
        {"ALL:@SECLEVEL=1",                       "ECDHE-RSA-AES128-SHA",        true },
        {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", true },
        {"aRSA, AES256; !kRSA",                   "ECDHE-RSA-AES256-GCM-SHA384", true },
        {"DEFAULT",                               "ECDHE-RSA-AES256-GCM-SHA384", true }
    }));
    INFO(row.ciphers << " for " << row.client);
    auto seen = meet(must_compile(tls12_with(row.ciphers)), {"-cipher", row.client});
    INFO(seen.reason);
    CHECK(seen.agreed == row.agrees);
}

TEST_CASE("no spelling of ssl_ciphers lets an anonymous client in unless @SECLEVEL=0 does") {
    for (auto* ciphers :
         {"ALL:!ADH", "ALL", "ALL:COMPLEMENTOFALL", "HIGH", "ALL:!aNULL:@SECLEVEL=0"}) {
        INFO(ciphers);
        auto served = must_compile(tls12_with(ciphers));
        CHECK_FALSE(meet(served, {"-cipher", "aNULL:@SECLEVEL=0"}).agreed);
        CHECK_FALSE(meet(served, {"-cipher", "eNULL:@SECLEVEL=0"}).agreed);
    }
}

TEST_CASE("ssl_prefer_server_ciphers decides whose order counts in TLS 1.2") {
    auto settings = tls12_with(two);
    settings.prefer_server_ciphers = true;
    CHECK(
        meet(must_compile(settings), {"-cipher", two_reversed}).what.cipher ==
        "ECDHE-RSA-AES256-GCM-SHA384"
    );
    settings.ciphers = two_reversed;
    CHECK(
        meet(must_compile(settings), {"-cipher", two}).what.cipher == "ECDHE-RSA-AES128-GCM-SHA256"
    );
    settings.prefer_server_ciphers = false;
    auto theirs = must_compile(settings);
    CHECK(meet(theirs, {"-cipher", two}).what.cipher == "ECDHE-RSA-AES256-GCM-SHA384");
    CHECK(meet(theirs, {"-cipher", two_reversed}).what.cipher == "ECDHE-RSA-AES128-GCM-SHA256");
}

TEST_CASE("ssl_prefer_server_ciphers in TLS 1.3 is the library's affair, and said to be so") {
    auto settings = settings_with({rsa_identity()});
    auto with_order = [&](const char* order) {
        auto seen = meet(must_compile(settings), {"-tls1_3", "-ciphersuites", order});
        INFO(seen.client << seen.reason);
        CHECK(seen.agreed);
        return seen.what.cipher;
    };
    const auto* one = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
    const auto* other = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";
    if (support_of("ssl_prefer_server_ciphers", "TLSv1.3") == support::absent) {
        CHECK_FALSE(reason_of("ssl_prefer_server_ciphers", "TLSv1.3").empty());
        return;
    }
    settings.prefer_server_ciphers = true;
    CHECK(with_order(one) == with_order(other));
    settings.prefer_server_ciphers = false;
    CHECK(with_order(one) == "TLS_AES_256_GCM_SHA384");
    CHECK(with_order(other) == "TLS_AES_128_GCM_SHA256");
}

TEST_CASE("names of suites are OpenSSL's on every library") {
    auto served = must_compile(settings_with({ecdsa_identity()}));
    for (auto* name :
         {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"})
        CHECK(meet(served, {"-ciphersuites", name}).what.cipher == name);
    for (auto* name : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"})
        CHECK(meet(served, {"-tls1_2", "-cipher", name}).what.cipher == name);
}

TEST_CASE("a word of ssl_ciphers that matches nothing is named") {
    auto compile = [](const std::string& ciphers) {
        return make_backend()->compile(tls12_with(ciphers), "imap", {});
    };
    auto typo = compile("HIGH:!aNULLL:ECDHE-RSA-AES128-GCM-SHA265");
    CHECK_FALSE(typo.made);
    auto errors = complaints_of(typo, config::severity::error);
    INFO(errors);
    CHECK(errors.find("\"aNULLL\"") != std::string::npos);
    CHECK(errors.find("did you mean \"aNULL\"?") != std::string::npos);
    CHECK(errors.find("\"ECDHE-RSA-AES128-GCM-SHA265\"") != std::string::npos);

    auto lacking = compile("HIGH:!aNULL:SEED");
    CHECK(lacking.made);
    CHECK(complaints_of(lacking, config::severity::warning).find("\"SEED\"") != std::string::npos);

    auto empty = compile("RC4:!RC4");
    CHECK_FALSE(empty.made);
    CHECK(complaints_of(empty, config::severity::error).find("ssl_ciphers") != std::string::npos);
}

}
