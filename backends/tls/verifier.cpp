#include "backends/tls/verifier.hpp"

#include <algorithm>
#include <chrono>

namespace postern::tls {

namespace {

using clock = std::chrono::system_clock;

verdict judge_dates(const certificate& one, clock::time_point now) {
    if (one.not_after < now) return verdict::expired;
    if (one.not_before > now) return verdict::not_yet_valid;
    return verdict::ok;
}

// RFC 5280 section 4.2.1.3 and 4.2.1.12
bool may_serve_as(role peer, const certificate& leaf) {
    constexpr auto signs = key_usage::digital_signature | key_usage::key_agreement;
    auto wanted = peer == role::client ? signs : signs | key_usage::key_encipherment;
    return (leaf.use.bits & wanted) != 0;
}

// RFC 5280 section 6.1.4 (k) and (n). One of the libraries does not look.
bool may_issue(const certificate& one) {
    return one.is_ca && (one.use.bits & key_usage::certificate_signing) != 0;
}

bool is_for(role peer, const certificate& one) {
    return peer == role::client ? one.use.tls_client : one.use.tls_server;
}

}

struct verifier::way {
    std::vector<const link*> links;   // from the leaf up, without the anchor
    std::vector<std::size_t> anchors; // one of these is next; empty: a stranger is
    bool decreed = false;             // the leaf itself is an anchor
};

verifier::verifier(trust from, path_prover prover) : trust_(std::move(from)), prove_(prover) {
    for (auto& der : trust_.anchors)
        read_.push_back(read_certificate(der).value_or(certificate{}));
    for (std::size_t i = 0; i < read_.size(); ++i)
        by_subject_.emplace(read_[i].subject, i);
    for (auto& der : trust_.crls)
        if (auto head = read_crl_head(der)) crls_by_issuer_.emplace(head->issuer, crl{*head, der});
}

bool verifier::is_anchor(const link& one) const {
    auto [from, to] = by_subject_.equal_range(one.read.subject);
    return std::any_of(from, to, [&](auto& at) { return trust_.anchors[at.second] == one.der; });
}

// Upwards by names. Whom we trust is preferred to what the peer sent, so that a chain ends as soon
// as it can.
verifier::way verifier::find_way(std::vector<link>& sent) const {
    way out;
    std::vector<bool> used(sent.size());
    for (std::size_t at = 0;;) {
        auto& here = sent[at];
        used[at] = true;
        if (is_anchor(here)) {
            out.decreed = at == 0;
            auto [from, to] = by_subject_.equal_range(here.read.subject);
            for (; from != to; ++from)
                if (trust_.anchors[from->second] == here.der) out.anchors.push_back(from->second);
            return out;
        }
        out.links.push_back(&here);
        auto [from, to] = by_subject_.equal_range(here.read.issuer);
        for (; from != to; ++from)
            out.anchors.push_back(from->second);
        if (!out.anchors.empty()) return out;
        std::size_t next = 0;
        while (next < sent.size() && (used[next] || sent[next].read.subject != here.read.issuer))
            ++next;
        if (next == sent.size()) return out;
        at = next;
    }
}

// One of the libraries calls an old CRL unreadable, so their dates are looked at here.
verdict verifier::add_crls(const certificate& below, path& to) const {
    auto now = clock::now();
    auto [from, until] = crls_by_issuer_.equal_range(below.issuer);
    if (from == until) return verdict::no_crl;
    auto before = to.crls.size();
    for (; from != until; ++from)
        if (auto& head = from->second.head; head.from <= now && now <= head.until)
            to.crls.push_back(from->second.der);
    return to.crls.size() == before ? verdict::crl_expired : verdict::ok;
}

// Several anchors may have the same name, when an authority changes its key.
verdict verifier::prove(const way& found, role peer) const {
    path one;
    one.demands_crls = !trust_.crls.empty();
    for (auto* below : found.links) {
        one.certificates.push_back(below->der);
        if (!one.demands_crls) continue;
        if (auto said = add_crls(below->read, one); said != verdict::ok) return said;
    }
    auto worst = verdict::not_a_ca;
    for (auto i : found.anchors) {
        if (judge_dates(read_[i], clock::now()) != verdict::ok || !may_issue(read_[i])) continue;
        one.anchor = trust_.anchors[i];
        worst = prove_(one, peer);
        if (worst == verdict::ok) break;
    }
    return worst;
}

verdict verifier::judge(const way& found, role peer) const {
    auto& links = found.links;
    auto now = clock::now();
    for (auto* one : links)
        if (auto dates = judge_dates(one->read, now); dates != verdict::ok) return dates;
    if (found.anchors.empty()) {
        auto& last = links.back()->read;
        auto alone = links.size() == 1;
        if (last.subject == last.issuer)
            return alone ? verdict::self_signed : verdict::self_signed_in_chain;
        return alone ? verdict::leaf_unverified : verdict::unknown_issuer;
    }
    auto valid = [&](std::size_t i) { return judge_dates(read_[i], now) == verdict::ok; };
    if (std::ranges::none_of(found.anchors, valid))
        return judge_dates(read_[found.anchors.front()], now);

    auto& leaf = found.decreed ? read_[found.anchors.front()] : links.front()->read;
    auto misses = [&](auto* one) { return !is_for(peer, one->read); };
    if (!may_serve_as(peer, leaf) || !is_for(peer, leaf) || std::ranges::any_of(links, misses))
        return verdict::wrong_purpose;
    if (found.decreed) return verdict::ok;
    if (links.size() - 1 > trust_.depth) return verdict::chain_too_long;
    for (auto* issuer : std::span(links).subspan(1))
        if (!may_issue(issuer->read)) return verdict::not_a_ca;
    return prove(found, peer);
}

verdict verifier::check(std::span<const std::string_view> chain, role peer) const {
    if (chain.empty()) return verdict::none;
    if (chain.size() > longest_chain) return verdict::chain_too_long;
    std::vector<link> sent;
    for (auto der : chain) {
        auto one = read_certificate(der);
        if (!one) return verdict::malformed;
        sent.push_back({der, std::move(*one)});
    }
    return judge(find_way(sent), peer);
}

}
