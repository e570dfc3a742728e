#include "backends/tls/compiler.hpp"

#include "backends/tls/choose.hpp"
#include "backends/tls/compile_names.hpp"
#include "backends/tls/group_list.hpp"
#include "backends/tls/tls13_suites.hpp"
#include "backends/tls/verification.hpp"

namespace postern::tls {

namespace {

using config::severity;

// One compile() at work.
class compilation {
public:
    compilation(
        const compiler& library,
        const config::tls_settings& settings,
        std::string_view alpn,
        const session_services& services
    )
        : library_(library), settings_(settings), alpn_(alpn), services_(services) {}

    compiled run();

private:
    void complain(severity level, std::string directive, std::string text) {
        complaints_.push_back({level, std::move(directive), std::move(text), {}});
    }
    bool failed() const;
    context_plan read_plan();
    void leave_out_unsigned(cipher_list&);
    bool serves(const context_plan&, const key_pair&);
    void add(const context_plan&, const key_pair&);
    void add_staple(key_pair&);

    const compiler& library_;
    const config::tls_settings& settings_;
    std::string alpn_;
    const session_services& services_;

    std::vector<config::complaint> complaints_;
    std::vector<key_pair> pairs_;
    std::vector<std::shared_ptr<const context>> made_;
    std::vector<std::vector<std::string>> named_; // for each of those, whom it serves
};

bool compilation::failed() const {
    for (auto& one : complaints_)
        if (one.level == severity::error) return true;
    return false;
}

// ssl_key_process: a process that only signs cannot decrypt (static RSA). What else is without
// ECDHE goes as well, so that both libraries offer the same.
void compilation::leave_out_unsigned(cipher_list& list) {
    auto had = list.chosen.size();
    std::string first;
    std::vector<cipher_choice> kept;
    for (auto& c : list.chosen) {
        if (c.what->kx == key_exchange::ecdhe)
            kept.push_back(c);
        else if (first.empty())
            first = c.what->name;
        // The group of equals ends with the last one that is left of it.
        if (c.what->kx != key_exchange::ecdhe && !c.ties_with_next && !kept.empty())
            kept.back().ties_with_next = false;
    }
    list.chosen = std::move(kept);
    if (list.chosen.size() == had || settings_.ciphers == config::tls_settings{}.ciphers) return;
    complain(
        severity::warning,
        "ssl_ciphers",
        "with \"ssl_key_process\" suites without ECDHE are not offered: " + first +
            (had - list.chosen.size() > 1 ? ", and others" : "")
    );
}

context_plan compilation::read_plan() {
    context_plan plan;
    plan.versions = library_.read_versions(settings_, complaints_);
    plan.ciphers =
        read_cipher_string(settings_.ciphers, library_.suites(), library_.has_equal_suites());
    if (settings_.keys_elsewhere) leave_out_unsigned(plan.ciphers);
    auto& about = plan.ciphers.complaints;
    complaints_.insert(complaints_.end(), about.begin(), about.end());
    plan.suites = library_.usable(plan.versions, plan.ciphers);
    plan.tls13 = read_tls13_suites(
        settings_.handshake.tls13_suites,
        library_.suites(),
        library_.chooses_tls13_suites(),
        library_.name(),
        complaints_
    );
    if (!plan.versions.contains(config::tls_version::tls1_3)) plan.tls13.clear();
    plan.groups =
        read_groups(settings_.handshake.groups, library_.groups(), library_.name(), complaints_);
    plan.secrets = services_.secrets;
    plan.proved = services_.proved;
    plan.prefer_server_ciphers = settings_.prefer_server_ciphers;
    plan.alpn = alpn_;
    pairs_ = read_key_pairs(settings_, complaints_);
    for (auto& pair : pairs_)
        add_staple(pair);
    plan.phrases = pass_phrases(settings_, complaints_);
    plan.asks = read_demand(settings_.verify, library_, complaints_);

    std::vector<std::string> leaves;
    for (auto& pair : pairs_)
        leaves.push_back(pair.chain.front());
    plan.sessions = std::make_shared<resumption>(
        settings_, services_, library_.primitives(), leaves, library_.session_format()
    );
    plan.few_tickets = plan.sessions->hands_out_handles();
    return plan;
}

// A certificate that no suite can use is only in the way, unless it is the only one.
bool compilation::serves(const context_plan& plan, const key_pair& pair) {
    if (can_serve(pair.leaf.key, plan.suites, plan.versions)) return true;
    complain(
        severity::warning,
        "ssl_ciphers",
        "no suite of the list works with the certificate in \"" + pair.certificate_path +
            "\", which is left out"
    );
    return false;
}

void compilation::add(const context_plan& plan, const key_pair& pair) {
    if (auto one = library_.make(plan, pair, complaints_)) {
        made_.push_back(std::move(one));
        named_.push_back(names_in(pair.leaf));
    }
}

// By position: pairs with mistakes are left out, so their paths tell which they are.
void compilation::add_staple(key_pair& pair) {
    auto& all = settings_.handshake.staples;
    for (std::size_t n = 0; n < all.size() && n < settings_.certificates.size(); ++n)
        if (settings_.certificates[n].path == pair.certificate_path)
            pair.ocsp = read_staple(all[n], pair.leaf, complaints_);
}

compiled compilation::run() {
    library_.check_process(complaints_);
    auto plan = read_plan();
    auto lacks_suites = plan.tls13.empty() && plan.versions.contains(config::tls_version::tls1_3);
    std::shared_ptr<server_names> names;
    if (!plan.versions.empty() && !plan.ciphers.chosen.empty() && !plan.groups.empty() &&
        !lacks_suites) {
        for (auto& pair : pairs_)
            if (serves(plan, pair)) add(plan, pair);
        names = compile_names({library_, settings_, plan, services_}, named_, made_, complaints_);
    }
    if (made_.empty() && !failed())
        complain(severity::error, "ssl_ciphers", "no suite of the list works with any certificate");
    if (failed()) return {nullptr, std::move(complaints_)};
    auto whole = std::make_shared<server>(server{std::move(made_), alpn_, std::move(names)});
    return {std::move(whole), std::move(complaints_)};
}

}

compiled compiler::compile(
    const config::tls_settings& settings, std::string_view alpn, const session_services& services
) const {
    return compilation(*this, settings, alpn, services).run();
}

std::shared_ptr<const verifier> compiler::trusting(trust wanted) const {
    return verifiers_.get(std::move(wanted), prover());
}

std::vector<std::uint16_t> compiler::usable(config::tls_versions, const cipher_list& list) const {
    return list.ids();
}

config::complaint rehearsal_failed(const key_pair& pair, const std::string& words) {
    return {
        severity::error,
        "ssl_certificate_key",
        "a handshake in memory with \"" + pair.certificate_path + "\" and \"" + pair.key_path +
            "\" failed: " + words,
        {}};
}

}
