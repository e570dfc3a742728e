#include "backends/tls/offer.hpp"

#include "backends/tls/cipher_names.hpp"
#include "backends/tls/groups.hpp"
#include "backends/tls/versions.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

constexpr std::size_t most_names = 16, most_bytes = 400; // of one list

// RFC 8701: 0x0a0a, 0x1a1a and so on
bool is_filler(std::uint16_t n) { return (n & 0x0f0fu) == 0x0a0a && n >> 8u == (n & 0xffu); }

// TLS_EMPTY_RENEGOTIATION_INFO_SCSV, TLS_FALLBACK_SCSV
bool is_signal(std::uint16_t suite) { return suite == 0x00ff || suite == 0x5600; }

std::string as_number(std::uint16_t n) {
    std::string out = "0x0000";
    for (std::size_t i = 0; i < 4; ++i)
        out[5 - i] = "0123456789abcdef"[n >> 4 * i & 15u];
    return out;
}

// RFC 8446 section 4.2.3, RFC 5246 section 7.4.1.4.1
std::string_view signature_name(std::uint16_t scheme) {
    switch (scheme) {
    case 0x0201: return "rsa_pkcs1_sha1";
    case 0x0203: return "ecdsa_sha1";
    case 0x0401: return "rsa_pkcs1_sha256";
    case 0x0403: return "ecdsa_secp256r1_sha256";
    case 0x0501: return "rsa_pkcs1_sha384";
    case 0x0503: return "ecdsa_secp384r1_sha384";
    case 0x0601: return "rsa_pkcs1_sha512";
    case 0x0603: return "ecdsa_secp521r1_sha512";
    case 0x0804: return "rsa_pss_rsae_sha256";
    case 0x0805: return "rsa_pss_rsae_sha384";
    case 0x0806: return "rsa_pss_rsae_sha512";
    case 0x0807: return "ed25519";
    case 0x0808: return "ed448";
    case 0x0809: return "rsa_pss_pss_sha256";
    case 0x080a: return "rsa_pss_pss_sha384";
    case 0x080b: return "rsa_pss_pss_sha512";
    case 0x0904: return "mldsa44";
    case 0x0905: return "mldsa65";
    case 0x0906: return "mldsa87";
    default: return {};
    }
}

// Words with blanks between them, cut where it becomes long.
class listing {
public:
    void add(std::string_view word) {
        if (cut_) return;
        if (++names_ > most_names || text_.size() + word.size() > most_bytes) {
            cut_ = true;
            word = "...";
        }
        if (!text_.empty()) text_ += ' ';
        text_ += word;
    }
    void add(std::string_view name, std::uint16_t number) {
        name.empty() ? add(as_number(number)) : add(name);
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::size_t names_ = 0;
    bool cut_ = false;
};

using config::tls_version;

constexpr tls_version newest_first[] = {
    tls_version::tls1_3,
    tls_version::tls1_2,
    tls_version::tls1_1,
    tls_version::tls1,
    tls_version::ssl3,
};

std::uint16_t number_of(tls_version v) {
    return static_cast<std::uint16_t>(
        0x0300 + static_cast<unsigned>(v) - static_cast<unsigned>(tls_version::ssl3)
    );
}

}

bool offers(const client_hello& hello, tls_version v) {
    // RFC 8446 section 4.2.1: the extension, where there is one, counts alone.
    if (!hello.versions.empty())
        return std::ranges::find(hello.versions, number_of(v)) != hello.versions.end();
    return v != tls_version::tls1_3 && number_of(v) <= hello.version;
}

std::string offered_versions(const client_hello& hello) {
    listing out;
    if (hello.versions.empty()) {
        for (auto v : newest_first)
            if (offers(hello, v)) {
                out.add(
                    std::string(version_name(v)) + (v == tls_version::ssl3 ? "" : " and older")
                );
                return out.take();
            }
        out.add({}, hello.version);
        return out.take();
    }
    for (auto n : hello.versions) {
        if (is_filler(n)) continue;
        auto known = std::ranges::find(newest_first, n, number_of);
        out.add(known == std::end(newest_first) ? std::string_view() : version_name(*known), n);
    }
    return out.take();
}

std::string offered_suites(const client_hello& hello) {
    listing out;
    for (auto id : hello.suites) {
        if (is_filler(id) || is_signal(id)) continue;
        auto* known = find_suite(id);
        out.add(known ? known->name : iana_name(id), id);
    }
    return out.take();
}

std::size_t count_suites(const client_hello& hello) {
    return static_cast<std::size_t>(std::ranges::count_if(hello.suites, [](auto id) {
        return !is_filler(id) && !is_signal(id);
    }));
}

std::string group_names(std::span<const std::uint16_t> groups) {
    listing out;
    for (auto id : groups) {
        if (is_filler(id)) continue;
        auto* known = find_group(id);
        out.add(known ? known->name : std::string_view(), id);
    }
    return out.take();
}

std::string offered_groups(const client_hello& hello) { return group_names(hello.groups); }

std::string offered_signatures(const client_hello& hello) {
    listing out;
    for (auto scheme : hello.signatures)
        if (!is_filler(scheme)) out.add(signature_name(scheme), scheme);
    return out.take();
}

std::string offered_protocols(const client_hello& hello) {
    listing out;
    for (auto& name : hello.protocols)
        out.add(name);
    return out.take();
}

}
