#include "backends/tls/peer.hpp"

namespace postern::tls {

std::shared_ptr<const peer> judge(const demand& wants, std::span<const std::string_view> chain) {
    if (chain.empty()) return nullptr;
    auto said = wants.by ? wants.by->check(chain, wants.peer_is) : verdict::unchecked;
    return std::make_shared<peer>(peer{std::string(chain.front()), said});
}

std::uint8_t alert_for(verdict v) {
    constexpr std::uint8_t bad_certificate = 42, unsupported_certificate = 43,
                           certificate_revoked = 44, certificate_expired = 45,
                           certificate_unknown = 46, unknown_ca = 48;
    switch (v) {
    case verdict::unknown_issuer:
    case verdict::leaf_unverified:
    case verdict::self_signed:
    case verdict::self_signed_in_chain:
    case verdict::chain_too_long: return unknown_ca;
    case verdict::expired:
    case verdict::not_yet_valid: return certificate_expired;
    case verdict::revoked: return certificate_revoked;
    case verdict::wrong_purpose: return unsupported_certificate;
    case verdict::no_crl:
    case verdict::crl_expired:
    case verdict::bad_crl: return certificate_unknown;
    default: return bad_certificate;
    }
}

}
