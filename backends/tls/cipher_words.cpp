#include "backends/tls/cipher_words.hpp"

#include "config/report/suggest.hpp"

#include <algorithm>
#include <vector>

namespace postern::tls {

namespace {

using k = key_exchange;
using a = authentication;
using e = encryption;
using m = integrity;
using v = config::tls_version;

bool is_aes(const suite& s) {
    return s.enc == e::aes_gcm || s.enc == e::aes_ccm || s.enc == e::aes_ccm8 ||
           s.enc == e::aes_cbc;
}
bool is_ccm(const suite& s) { return s.enc == e::aes_ccm || s.enc == e::aes_ccm8; }
bool is_weak(const suite& s) { return s.enc == e::rc4 || s.enc == e::triple_des; }
bool is_psk(const suite& s) {
    return s.kx == k::psk || s.kx == k::ecdhe_psk || s.kx == k::dhe_psk || s.kx == k::rsa_psk;
}
bool is_fips(const suite& s) {
    return s.enc == e::aes_gcm || s.enc == e::aes_cbc || s.enc == e::triple_des;
}
bool is_cbc(const suite& s) {
    return s.enc == e::aes_cbc || s.enc == e::camellia || s.enc == e::triple_des;
}
bool never(const suite&) { return false; }

template <auto Member, auto Value> bool is(const suite& s) { return s.*Member == Value; }
template <auto Cipher, int Bits> bool sized(const suite& s) {
    return s.enc == Cipher && s.bits == Bits;
}
template <auto Kx> bool authenticated(const suite& s) { return s.kx == Kx && s.au != a::none; }
template <auto Kx> bool anonymous(const suite& s) { return s.kx == Kx && s.au == a::none; }

struct keyword {
    std::string_view name;
    bool (*test)(const suite&);
};

// clang-format off
constexpr keyword keywords[] = {
    {"ALL",                 [](const suite& s) { return s.enc != e::null; }},
    {"COMPLEMENTOFALL",     is<&suite::enc, e::null>},
    {"COMPLEMENTOFDEFAULT", [](const suite& s) { return !s.in_default; }},
    {"HIGH",                [](const suite& s) { return s.enc != e::null && !is_weak(s); }},
    {"MEDIUM",              is_weak},
    {"FIPS",                is_fips},
    // key exchange
    {"kRSA",                is<&suite::kx, k::rsa>},
    {"kDHE",                is<&suite::kx, k::dhe>},
    {"kEDH",                is<&suite::kx, k::dhe>},
    {"DH",                  is<&suite::kx, k::dhe>},
    {"kECDHE",              is<&suite::kx, k::ecdhe>},
    {"kEECDH",              is<&suite::kx, k::ecdhe>},
    {"ECDH",                is<&suite::kx, k::ecdhe>},
    {"kPSK",                is<&suite::kx, k::psk>},
    {"kRSAPSK",             is<&suite::kx, k::rsa_psk>},
    {"kECDHEPSK",           is<&suite::kx, k::ecdhe_psk>},
    {"kDHEPSK",             is<&suite::kx, k::dhe_psk>},
    // authentication
    {"aRSA",                is<&suite::au, a::rsa>},
    {"aDSS",                is<&suite::au, a::dss>},
    {"DSS",                 is<&suite::au, a::dss>},
    {"aNULL",               is<&suite::au, a::none>},
    {"aECDSA",              is<&suite::au, a::ecdsa>},
    {"ECDSA",               is<&suite::au, a::ecdsa>},
    {"aPSK",                is<&suite::au, a::psk>},
    // both
    {"RSA",                 [](const suite& s) { return s.kx == k::rsa; }},
    {"DHE",                 authenticated<k::dhe>},
    {"EDH",                 authenticated<k::dhe>},
    {"ECDHE",               authenticated<k::ecdhe>},
    {"EECDH",               authenticated<k::ecdhe>},
    {"ADH",                 anonymous<k::dhe>},
    {"AECDH",               anonymous<k::ecdhe>},
    {"PSK",                 is_psk},
    // encryption
    {"AES",                 is_aes},
    {"AES128",              [](const suite& s) { return is_aes(s) && s.bits == 128; }},
    {"AES256",              [](const suite& s) { return is_aes(s) && s.bits == 256; }},
    {"AESGCM",              is<&suite::enc, e::aes_gcm>},
    {"AESCCM",              is_ccm},
    {"AESCCM8",             is<&suite::enc, e::aes_ccm8>},
    {"CHACHA20",            is<&suite::enc, e::chacha20>},
    {"CAMELLIA",            is<&suite::enc, e::camellia>},
    {"CAMELLIA128",         sized<e::camellia, 128>},
    {"CAMELLIA256",         sized<e::camellia, 256>},
    {"ARIA",                is<&suite::enc, e::aria_gcm>},
    {"ARIAGCM",             is<&suite::enc, e::aria_gcm>},
    {"ARIA128",             sized<e::aria_gcm, 128>},
    {"ARIA256",             sized<e::aria_gcm, 256>},
    {"3DES",                is<&suite::enc, e::triple_des>},
    {"RC4",                 is<&suite::enc, e::rc4>},
    {"eNULL",               is<&suite::enc, e::null>},
    {"NULL",                is<&suite::enc, e::null>},
    {"CBC",                 is_cbc},
    // integrity
    {"MD5",                 is<&suite::mac, m::md5>},
    {"SHA1",                is<&suite::mac, m::sha1>},
    {"SHA",                 is<&suite::mac, m::sha1>},
    {"SHA256",              is<&suite::mac, m::sha256>},
    {"SHA384",              is<&suite::mac, m::sha384>},
    // the oldest version that may use it
    {"SSLv3",               is<&suite::since, v::ssl3>},
    {"TLSv1",               is<&suite::since, v::tls1>},
    {"TLSv1.0",             is<&suite::since, v::tls1>},
    {"TLSv1.2",             is<&suite::since, v::tls1_2>},
};
// clang-format on

// Words of older or other builds of OpenSSL: customary after "!", and never any suite here.
constexpr std::string_view empty_keywords[] = {
    "LOW",     "EXP",     "EXPORT",  "EXPORT40",  "EXPORT56", "SSLv2", "TLSv1.1",
    "TLSv1.3", "DES",     "RC2",     "IDEA",      "SEED",     "SRP",   "kSRP",
    "aSRP",    "kDH",     "kDHr",    "kDHd",      "aDH",      "kECDH", "kECDHr",
    "kECDHe",  "aECDH",   "KRB5",    "kKRB5",     "aKRB5",    "FZA",   "kFZA",
    "aFZA",    "eFZA",    "GOST",    "kGOST",     "kGOST18",  "aGOST", "GOST89",
    "GOST94",  "aGOST01", "aGOST12", "GOST89MAC", "GOST2012", "AEAD",  "ECCdraft",
};

}

cipher_word::cipher_word(std::string_view name) {
    for (auto& word : keywords)
        if (word.name == name) test_ = word.test;
    for (auto& word : empty_keywords)
        if (word == name) test_ = never;
    if (!test_) one_ = find_suite(name);
}

std::string nearest_cipher_word(std::string_view wrong) {
    if (wrong.size() > 64) return {};
    std::vector<std::string_view> known;
    auto consider = [&](std::string_view word) {
        // each letter too many or too few is a mistake; more than a third are too many
        auto longer = std::max(word.size(), wrong.size()),
             shorter = std::min(word.size(), wrong.size());
        if (longer - shorter <= longer / 3) known.push_back(word);
    };
    for (auto& word : keywords)
        consider(word.name);
    for (auto& s : all_suites()) {
        consider(s.name);
        if (wrong.starts_with("TLS_")) consider(iana_name(s.id));
    }
    return std::string(config::nearest(wrong, known));
}

}
