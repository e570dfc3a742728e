#include "backends/tls/peer.hpp"

namespace postern::tls {

std::string outcome(const peer* shown) {
    if (!shown) return "NONE";
    if (shown->said == verdict::ok) return "SUCCESS";
    return "FAILED:" + std::string(words(shown->said));
}

std::shared_ptr<const peer> judge(
    const demand& wants, std::span<const std::string_view> chain, const crypto& primitives
) {
    if (chain.empty()) return nullptr;
    auto said = wants.by ? wants.by->check(chain, wants.peer_is) : verdict::unchecked;
    auto sha1 = primitives.sha1(std::as_bytes(std::span(chain.front())));
    return std::make_shared<peer>(peer{std::string(chain.front()), said, sha1});
}

std::string hint_for(verdict v) {
    switch (v) {
    case verdict::none:
        return "the client must be given a certificate, or write ssl_verify_client = \"optional\"";
    case verdict::unknown_issuer:
    case verdict::leaf_unverified:
        return "its issuer must stand in ssl_client_certificate or ssl_trusted_certificate, or the "
               "client must send the certificates between";
    case verdict::self_signed:
        return "it must itself stand in ssl_trusted_certificate, or come from somebody who does";
    case verdict::self_signed_in_chain:
        return "its root must stand in ssl_client_certificate or ssl_trusted_certificate";
    case verdict::expired: return "the client needs a new certificate";
    case verdict::not_yet_valid: return "one of the clocks may be wrong, here or at the issuer's";
    case verdict::no_crl:
        return "ssl_crl needs a list of each issuer between the client and who is believed";
    case verdict::crl_expired:
        return "write the issuer's newest list into ssl_crl, and reload; until then nobody of it "
               "can connect";
    case verdict::chain_too_long: return "ssl_verify_depth allows fewer certificates between";
    case verdict::wrong_purpose:
        return "its key usages must allow what clients of TLS do (clientAuth)";
    default: return {};
    }
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
