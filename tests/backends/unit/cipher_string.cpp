#include "backends/tls/cipher_string.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <algorithm>
#include <set>

namespace postern::tls::test {

namespace {

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < text.size();) {
        auto end = std::min(text.find(at, from), text.size());
        if (end > from) out.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return out;
}

// What the `openssl` command makes of a string, best first, TLS 1.3 left out.
std::vector<std::string> openssl_ciphers(const std::string& text) {
    auto ran = postern::test::run_program({"openssl", "ciphers", text});
    std::vector<std::string> out;
    if (ran.status != 0) return out; // "no cipher match": an empty list
    for (auto& name : split(ran.output.substr(0, ran.output.find('\n')), ':'))
        if (!name.starts_with("TLS_")) out.push_back(name);
    return out;
}

// Everything that this OpenSSL has and a server without pre-shared keys can use.
std::vector<const suite*> what_openssl_has() {
    std::vector<std::uint16_t> ids;
    for (auto& name : openssl_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0"))
        if (auto* found = find_suite(std::string_view(name))) ids.push_back(found->id);
    return usable_suites(ids);
}

std::vector<std::string> names_of(const cipher_list& list) {
    std::vector<std::string> out;
    for (auto& c : list.chosen)
        out.emplace_back(c.what->name);
    return out;
}

std::string chosen(
    const std::string& text, std::span<const suite* const> have, bool groups = false
) {
    return read_cipher_string(text, have, groups).names();
}

// A few suites, to see orders at a glance.
std::vector<const suite*> few() {
    const std::uint16_t ids[] = {0xc02b, 0xc02f, 0xc030, 0xc013, 0x009c, 0x002f, 0xcca8, 0x0018};
    return usable_suites(ids);
}

const char* const compared[] = {
    "ALL",
    "DEFAULT",
    "HIGH",
    "HIGH:!aNULL:!MD5",
    "ECDHE",
    "EECDH+AESGCM:EDH+AESGCM",
    "kRSA",
    "RSA",
    "aRSA",
    "ECDSA:aECDSA",
    "AES128",
    "AES256:-SHA384:@STRENGTH",
    "AES:!AESGCM",
    "AESGCM:+AES256",
    "ALL:!ADH",
    "ALL:!kRSA:!aNULL:@STRENGTH",
    "ALL:+SHA1:+AES128",
    "ALL:-AES128:AES128",
    "CHACHA20:AESGCM:HIGH",
    "CAMELLIA",
    "CAMELLIA256:CAMELLIA128",
    "AESCCM:AESCCM8",
    "DHE:EDH:kEDH",
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256:HIGH",
    "HIGH:-ECDHE-RSA-AES128-GCM-SHA256:!SHA1",
    "ALL:COMPLEMENTOFALL",
    "COMPLEMENTOFDEFAULT",
    "DEFAULT:!SHA1:@STRENGTH",
    "eNULL:aNULL",
    "SHA256:SHA384:SHA",
    "SSLv3:TLSv1",
    "TLSv1.2:!CAMELLIA:!AESCCM",
    "HIGH+kEECDH+aRSA:!SHA384",
    "MEDIUM:HIGH:LOW",
    "FIPS:!aNULL",
    "ALL:!EXPORT:!LOW:!aNULL:!eNULL:!SSLv2",
    "EECDH+ECDSA+AESGCM:EECDH+aRSA+AESGCM:EECDH:EDH+aRSA:!aNULL:!eNULL:!3DES:!MD5:!EXP:!PSK:!DSS",
    "ECDHE+AES256 ECDHE+AES128;DHE,-SHA1",
    "HIGH:!aNULL:!MD5:!ARIA:+kRSA:+SHA1",
    "AES+RSA+SHA256",
    "AESGCM+AES128+ECDHE:AES128+DHE",
    "ALL:-ALL:AES128:+ECDHE",
    "CBC:!SHA1",
    "ADH:AECDH",
};

}

TEST_CASE("cipher strings select and order as the openssl command does") {
    auto have = what_openssl_has();
    REQUIRE(have.size() > 50);
    std::set<std::string> ours;
    for (auto* s : have)
        ours.emplace(s->name);
    for (std::string text : compared) {
        text += ":@SECLEVEL=0";
        std::vector<std::string> theirs;
        for (auto& name : openssl_ciphers(text))
            if (ours.contains(name)) theirs.push_back(name);
        INFO(text);
        CHECK(names_of(read_cipher_string(text, have, false)) == theirs);
    }
}

TEST_CASE("a cipher string takes every separator and both kinds of names") {
    auto have = few();
    auto* wanted = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305";
    for (auto* text :
         {"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305",
          "ECDHE-RSA-AES128-GCM-SHA256,ECDHE-RSA-CHACHA20-POLY1305",
          " ECDHE-RSA-AES128-GCM-SHA256 ; ECDHE-RSA-CHACHA20-POLY1305 ",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"})
        CHECK(chosen(text, have) == wanted);
}

TEST_CASE("without @SECLEVEL anonymous and unencrypted suites and MD5 never come through") {
    std::vector<std::uint16_t> ids;
    for (auto& s : all_suites())
        ids.push_back(s.id);
    auto have = usable_suites(ids);
    auto weak = [&](const std::string& text) {
        auto list = read_cipher_string(text, have, false);
        return std::ranges::any_of(list.chosen, [](auto& c) {
            return c.what->au == authentication::none || c.what->enc == encryption::null ||
                   c.what->mac == integrity::md5;
        });
    };
    CHECK_FALSE(weak("ALL:COMPLEMENTOFALL"));
    CHECK_FALSE(weak("ALL:COMPLEMENTOFALL:@SECLEVEL=3"));
    CHECK(weak("ALL:COMPLEMENTOFALL:@SECLEVEL=0"));
    for (auto& c : read_cipher_string("ALL:@SECLEVEL=3", have, false).chosen) {
        CHECK(c.what->bits >= 128);
        CHECK((c.what->kx == key_exchange::ecdhe || c.what->kx == key_exchange::dhe));
    }
    CHECK_FALSE(read_cipher_string("ALL:@SECLEVEL=6", have, false).complaints.empty());
}

TEST_CASE("@SECLEVEL=0 is only hinted at where the level took suites away") {
    std::vector<std::uint16_t> ids;
    for (auto& s : all_suites())
        ids.push_back(s.id);
    auto have = usable_suites(ids);
    auto hints = [&](const std::string& text) {
        auto list = read_cipher_string(text, have, false);
        CHECK(list.chosen.empty());
        return std::ranges::any_of(list.complaints, [](auto& c) {
            return c.hint.find("@SECLEVEL=0") != c.hint.npos;
        });
    };
    CHECK(hints("aNULL"));
    for (auto* text : {"NO-SUCH-SUITE", "!ALL", "TLS_AES_128_GCM_SHA256", "aNULL:!aNULL"})
        CHECK_FALSE(hints(text));
}

TEST_CASE("groups of equal preference survive where the library has them, and are refused elsewhere"
) {
    auto have = few();
    CHECK(
        chosen(
            "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]:AES128-SHA", have, true
        ) == "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]:AES128-SHA"
    );
    auto refused = read_cipher_string("[AES128-SHA|ECDHE]:HIGH", have, false);
    REQUIRE(refused.complaints.size() == 1);
    CHECK(refused.complaints[0].level == config::severity::error);
    auto torn = read_cipher_string("[AES128-SHA|ECDHE", have, true);
    CHECK(torn.complaints[0].level == config::severity::error);
}

TEST_CASE("what is wrong in a cipher string is said word by word") {
    struct row {
        const char *text, *said, *hint;
        config::severity level;
    };
    const auto error = config::severity::error, warning = config::severity::warning;
    const row rows[] = {
        {"HIHG",                        "no cipher suite or keyword \"HIHG\"",  "did you mean \"HIGH\"?",   error  },
        {"HIGH:!aNul",                  "no cipher suite or keyword \"aNul\"",  "did you mean \"aNULL\"?",  error  },
        {"HIGH:ECDHE+AESGM",
         "no cipher suite or keyword \"AESGM\"",                                "did you mean \"AESGCM\"?",
         error                                                                                                     },
        {"HIGH:qqqqqqqqqqqq",           "no cipher suite or keyword",           "",                         error  },
        {"HIGH:DEFAULT",                "DEFAULT counts only at the beginning", "",                         error  },
        {"HIGH:@STRENGHT",              "no such command \"@STRENGHT\"",        "@STRENGTH",                error  },
        {"HIGH:CAMELLIA",               "selected by \"CAMELLIA\"",             "",                         warning},
        {"HIGH:kEDH+AESGCM",            "selected by \"kEDH+AESGCM\"",          "",                         warning},
        {"HIGH:TLS_AES_128_GCM_SHA256", "is a suite of TLS 1.3",                "always on",                warning},
        {"CAMELLIA",                    "no cipher suite is left",              "",                         error  },
        {"",                            "no cipher suite is left",              "",                         error  },
        {"HIGH:!ALL",                   "no cipher suite is left",              "",                         error  },
        {"HIGH:A\x01\nB",               "no cipher suite or keyword \"A?\"",    "",                         error  },
    };
    for (auto& row : rows) {
        auto list = read_cipher_string(row.text, few(), false);
        std::string all;
        bool found = false;
        for (auto& c : list.complaints) {
            CHECK(c.directive == "ssl_ciphers");
            all += c.text + " | " + c.hint + "\n";
            found = found || (c.level == row.level && c.text.find(row.said) != c.text.npos &&
                              c.hint.find(row.hint) != c.hint.npos);
        }
        INFO(row.text << "\n" << all);
        CHECK(found);
    }
    for (auto* quiet : {"HIGH", "HIGH:!CAMELLIA:!SRP:!PSK:!EXPORT:-RC4:+3DES", "ALL:!aNULL"})
        CHECK(read_cipher_string(quiet, few(), false).complaints.empty());
}

TEST_CASE("cipher strings of any length and many mistakes stay bounded") {
    std::string many;
    for (int i = 0; i < 2000; ++i)
        many += "x" + std::to_string(i) + ":";
    CHECK(read_cipher_string(many, few(), false).complaints.size() <= 33);
    CHECK(read_cipher_string(std::string(100000, 'A'), few(), false).complaints.size() == 1);
}

TEST_CASE("every suite is known by number, by OpenSSL's name and by IANA's name") {
    for (auto& s : all_suites()) {
        CHECK(find_suite(s.id) == &s);
        CHECK(find_suite(s.name) == &s);
        CHECK_FALSE(iana_name(s.id).empty());
        CHECK(find_suite(iana_name(s.id)) == &s);
    }
    CHECK(find_suite(std::string_view("EDH-RSA-DES-CBC3-SHA"))->id == 0x0016);
    CHECK(find_suite(std::uint16_t{0x5600}) == nullptr);
    CHECK(find_suite(std::string_view("")) == nullptr);
}

}
