#include "backends/tls/choose.hpp"

#include "backends/tls/cipher_names.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

// RFC 8446 section 4.2.3, and SHA-1 of RFC 5246
key_kind signer(std::uint16_t scheme) {
    if (scheme == 0x0807) return key_kind::ed25519;
    unsigned low = scheme & 0xffu, high = scheme >> 8u;
    if (high == 8 && ((low >= 4 && low <= 6) || (low >= 9 && low <= 11))) return key_kind::rsa;
    if (high >= 2 && high <= 6 && low == 3) return key_kind::ecdsa;
    if (high >= 2 && high <= 6 && low == 1) return key_kind::rsa;
    return key_kind::other;
}

bool can_verify(const client_hello& hello, key_kind kind) {
    // RFC 5246 section 7.4.1.4.1: saying nothing means RSA and ECDSA
    if (!hello.has_signatures) return kind == key_kind::rsa || kind == key_kind::ecdsa;
    return std::ranges::any_of(hello.signatures, [&](auto scheme) {
        return signer(scheme) == kind;
    });
}

bool signed_by(const suite& s, key_kind kind) {
    if (s.since == config::tls_version::tls1_3) return false;
    switch (kind) {
    case key_kind::rsa: return s.au == authentication::rsa;
    case key_kind::ecdsa: // RFC 8422 section 5.10: Ed25519 goes by the same suites
    case key_kind::ed25519: return s.au == authentication::ecdsa;
    default: return false;
    }
}

bool fits(const context& one, const client_hello& hello) {
    config::tls_versions newest;
    if (one.speaks(config::tls_version::tls1_3)) newest.insert(config::tls_version::tls1_3);
    return fits({one.key(), one.suites(), newest}, hello);
}

}

bool fits(const offer& one, const client_hello& hello) {
    if (!can_verify(hello, one.key)) return false;
    if (hello.offers_tls13() && one.versions.contains(config::tls_version::tls1_3)) return true;
    return std::ranges::any_of(hello.suites, [&](std::uint16_t id) {
        auto* known = find_suite(id);
        return known && signed_by(*known, one.key) &&
               (one.suites.empty() || std::ranges::find(one.suites, id) != one.suites.end());
    });
}

int rank(key_kind kind) {
    switch (kind) {
    case key_kind::ecdsa: return 0;
    case key_kind::ed25519: return 1;
    case key_kind::rsa: return 2;
    default: return 3;
    }
}

std::shared_ptr<const context> choose_among(
    std::span<const std::shared_ptr<const context>> some, const client_hello& hello
) {
    std::shared_ptr<const context> best;
    for (auto& one : some)
        if (fits(*one, hello) && (!best || rank(one->key()) < rank(best->key()))) best = one;
    return best;
}

std::shared_ptr<const context> choose_context(const server& from, const client_hello& hello) {
    if (from.names) {
        auto [refused, one] = from.names->choose(hello);
        if (refused || one) return one;
    }
    auto best = choose_among(from.contexts, hello);
    return best ? best : from.contexts.front();
}

bool shares_protocol(const server& ours, const client_hello& hello) {
    return hello.protocols.empty() || ours.alpn.empty() ||
           std::ranges::find(hello.protocols, ours.alpn) != hello.protocols.end();
}

bool can_serve(
    key_kind kind, std::span<const std::uint16_t> suites, config::tls_versions versions
) {
    using config::tls_version;
    if (versions.contains(tls_version::tls1_3)) return true;
    auto old_only = !versions.contains(tls_version::tls1_2);
    return std::ranges::any_of(suites, [&](std::uint16_t id) {
        auto* known = find_suite(id);
        return known && signed_by(*known, kind) &&
               !(old_only && known->since == tls_version::tls1_2);
    });
}

}
