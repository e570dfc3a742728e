#include "backends/tls/diagnose.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/choose.hpp"
#include "backends/tls/cipher_names.hpp"
#include "backends/tls/failure.hpp"
#include "backends/tls/offer.hpp"
#include "backends/tls/versions.hpp"

#include <algorithm>
#include <optional>

namespace postern::tls {

namespace {

using config::tls_version;
using ids = std::span<const std::uint16_t>;

constexpr tls_version newest_first[] = {
    tls_version::tls1_3, tls_version::tls1_2, tls_version::tls1_1, tls_version::tls1};

std::string spoken_by(const context& ours) {
    std::string out;
    for (auto v : newest_first)
        if (ours.speaks(v)) out = std::string(version_name(v)) + (out.empty() ? "" : " ") + out;
    return out;
}

std::optional<tls_version> common_version(const client_hello& hello, const context& ours) {
    for (auto v : newest_first)
        if (offers(hello, v) && ours.speaks(v)) return v;
    return std::nullopt;
}

bool meet(ids some, ids others) {
    return std::ranges::any_of(some, [&](auto one) {
        return std::ranges::find(others, one) != others.end();
    });
}

std::string_view name_of(key_kind kind) {
    switch (kind) {
    case key_kind::rsa: return "RSA";
    case key_kind::ecdsa: return "ECDSA";
    case key_kind::ed25519: return "Ed25519";
    default: return "server's";
    }
}

std::string no_suite(const client_hello& hello, std::string_view directive) {
    return "no cipher suite in common: " + std::string(directive) + " has none of the client's " +
           std::to_string(count_suites(hello)) + " (" + offered_suites(hello) + ")";
}

std::string no_group(const client_hello& hello, const context& ours) {
    return "no group in common: the client offers " + offered_groups(hello) +
           ", ssl_ecdh_curve has " + group_names(ours.groups());
}

// RFC 8446 section 4.2.3: the older padding signs no handshake of TLS 1.3.
bool has_pss(const client_hello& hello) {
    return std::ranges::any_of(hello.signatures, [](auto s) { return s >= 0x0804 && s <= 0x0806; });
}

std::string no_signature(const client_hello& hello, const context& ours) {
    return "no signature algorithm in common for the " + std::string(name_of(ours.key())) +
           " certificate: the client offers " + offered_signatures(hello);
}

std::string about_tls13(const client_hello& hello, const context& ours) {
    if (!ours.tls13_suites().empty() && !meet(hello.suites, ours.tls13_suites()))
        return no_suite(hello, "ssl_ciphersuites");
    if (!ours.groups().empty() && !hello.groups.empty() && !meet(hello.groups, ours.groups()))
        return no_group(hello, ours);
    if (!can_verify(hello, ours.key()) || (ours.key() == key_kind::rsa && !has_pss(hello)))
        return no_signature(hello, ours);
    return {};
}

std::vector<const suite*> common_suites(const client_hello& hello, const server& all) {
    std::vector<const suite*> out;
    for (auto& one : all.contexts)
        for (auto id : one->suites())
            if (std::ranges::find(hello.suites, id) != hello.suites.end())
                if (auto* known = find_suite(id)) out.push_back(known);
    return out;
}

std::string about_older(const client_hello& hello, const server& all, const context& ours) {
    if (ours.suites().empty()) return {}; // unknown
    auto common = common_suites(hello, all);
    if (common.empty()) return no_suite(hello, "ssl_ciphers");
    std::erase_if(common, [&](auto* s) { return !signed_by(*s, ours.key()); });
    if (common.empty())
        return "no cipher suite in common fits the " + std::string(name_of(ours.key())) +
               " certificate: the client offers " + offered_suites(hello);
    auto needs_group = [](auto* s) { return s->kx == key_exchange::ecdhe; };
    if (!ours.groups().empty() && !hello.groups.empty() && !meet(hello.groups, ours.groups()) &&
        std::ranges::all_of(common, needs_group))
        return no_group(hello, ours);
    if (!can_verify(hello, ours.key())) return no_signature(hello, ours);
    return {};
}

std::string received(int number, const std::string& peer) {
    switch (number) {
    case 42: // bad_certificate
    case 46: // certificate_unknown
        return peer + " rejects the certificate: it may not trust its issuer, or miss its own "
                      "server name in it";
    case 43: return peer + " cannot use a certificate of this kind: add one of RSA";
    case 44: return peer + " holds the certificate for revoked: renew it";
    case 45:
        return peer + " holds the certificate for expired: look at its dates and at that "
                      "machine's clock";
    case 48:
        return peer + " does not trust the certificate's issuer: does ssl_certificate hold the "
                      "whole chain?";
    case 40:
    case 71: return peer + " found nothing acceptable in what was offered";
    case 51: return peer + " holds a signature for wrong: is this the key of that certificate?";
    case 70: return peer + " refuses the version of TLS that was chosen";
    case 90: return peer + "'s user gave up, perhaps at a question about the certificate";
    case 112: return peer + " does not find the server name that it wants";
    default: return {};
    }
}

std::string sent(int number, const std::string& peer) {
    switch (number) {
    case 86:
        return peer + " fell back to an older version after a newer one had failed: something "
                      "between it and here disturbs TLS";
    case 116: return peer + " sent no certificate, and one is required";
    case 20:
    case 22: return "bytes were changed on their way, or " + peer + "'s TLS is broken";
    case 47:
    case 50: return peer + "'s TLS is broken, or does not speak this protocol";
    default: return {};
    }
}

}

std::string disagreement(const client_hello& hello, const server& all, const context& ours) {
    auto version = common_version(hello, ours);
    if (!version)
        return "the client offers only " + offered_versions(hello) + ", ssl_protocols has " +
               spoken_by(ours);
    return *version == tls_version::tls1_3 ? about_tls13(hello, ours)
                                           : about_older(hello, all, ours);
}

std::string hint_for(const alerts& fatal, std::string_view peer) {
    std::string who(peer);
    return fatal.received >= 0 ? received(fatal.received, who) : sent(fatal.sent, who);
}

failure failure_of(const engine& broken, std::string_view peer) {
    failure out;
    out.reason = broken.reason();
    out.fatal = broken.fatal_alerts();
    out.hint = hint_for(out.fatal, peer);
    return out;
}

}
