#include "backends/tls/upstream_check.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/pin.hpp"
#include "backends/tls/service_name.hpp"

namespace postern::tls {

namespace {

// RFC 8446 section 6.2
std::uint8_t alert_about(verdict said) {
    constexpr std::uint8_t bad_certificate = 42, certificate_revoked = 44, certificate_expired = 45,
                           unknown_ca = 48;
    switch (said) {
    case verdict::unknown_issuer:
    case verdict::leaf_unverified:
    case verdict::self_signed:
    case verdict::self_signed_in_chain: return unknown_ca;
    case verdict::expired: return certificate_expired;
    case verdict::revoked: return certificate_revoked;
    default: return bad_certificate;
    }
}

}

std::uint8_t upstream_check::judge(std::span<const std::string_view> chain) {
    passed_ = false;
    reason_.clear();
    if (chain.empty()) return refuse(verdict::none, {});
    auto leaf = chain.front();
    if (wants_.by) {
        if (auto said = wants_.by->check(chain, role::server); said != verdict::ok)
            return refuse(said, leaf);
        auto read = read_certificate(leaf);
        if (!read || !is_for_service(read->names, name_, wants_.protocol))
            return refuse(verdict::wrong_name, leaf);
    }
    if (!wants_.pins.empty() && !is_pinned(leaf, wants_.pins, *wants_.primitives)) {
        refuse(verdict::ok, leaf);
        reason_ = "its key is none of proxy_ssl_pin; " + reason_;
        return alert_about(verdict::ok);
    }
    passed_ = true;
    return 0;
}

std::uint8_t upstream_check::refuse(verdict said, std::string_view leaf) {
    auto why = words(said);
    reason_ = said == verdict::none ? "the upstream showed no certificate" : std::string(why);
    if (!reason_.empty()) reason_ = "certificate verify failed: " + reason_ + "; ";
    reason_ += "wanted: " + (name_.empty() ? "(no name: see proxy_ssl_name)" : name_);
    if (auto read = read_certificate(leaf))
        reason_ += "; the certificate names: " + listed(read->names);
    return alert_about(said);
}

}
