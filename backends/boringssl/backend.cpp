#include "backends/boringssl/client.hpp"
#include "backends/boringssl/map_certificates.hpp"
#include "backends/boringssl/map_ciphers.hpp"
#include "backends/boringssl/map_extras.hpp"
#include "backends/boringssl/map_groups.hpp"
#include "backends/boringssl/map_protocols.hpp"
#include "backends/boringssl/map_sessions.hpp"
#include "backends/boringssl/map_verify.hpp"
#include "backends/boringssl/primitives.hpp"
#include "backends/boringssl/rehearsal.hpp"
#include "backends/boringssl/signing_key.hpp"
#include "backends/tls/compiler.hpp"
#include "backends/tls/groups.hpp"

#include <algorithm>

namespace postern::tls {

namespace boringssl {

namespace {

using config::severity;

class library final : public compiler {
public:
    std::string_view name() const override { return "BoringSSL"; }
    std::string version() const override { return "API " + std::to_string(BORINGSSL_API_VERSION); }
    std::span<const capability> capabilities() const override { return boringssl::capabilities(); }

    const crypto& primitives() const override { return boringssl::primitives(); }
    std::string session_format() const override {
        return "BoringSSL " + std::to_string(BORINGSSL_API_VERSION);
    }
    path_prover prover() const override { return prove; }
    const std::vector<const suite*>& suites() const override { return library_suites(); }
    bool has_equal_suites() const override { return true; }
    const std::vector<std::uint16_t>& groups() const override { return library_groups(); }
    bool chooses_tls13_suites() const override { return false; }
    config::tls_versions read_versions(
        const config::tls_settings& settings, std::vector<config::complaint>& complaints
    ) const override {
        return boringssl::read_versions(settings, complaints);
    }
    std::unique_ptr<signing_key> load_key(const secret& pem, const std::vector<secret>& phrases)
        const override {
        return boringssl::load_key(pem, phrases);
    }
    void check_process(std::vector<config::complaint>& complaints) const override {
        if (auto wrong = foreign_library(); !wrong.empty())
            complaints.push_back({severity::warning, "ssl", wrong, {}});
    }
    std::shared_ptr<const context>
    make(const context_plan&, const key_pair&, std::vector<config::complaint>&) const override;
    std::shared_ptr<const client> make_client(
        client_plan plan, std::vector<config::complaint>& complaints
    ) const override {
        return boringssl::make_client(std::move(plan), complaints);
    }
};

// RFC 8422 section 5.1.1, as the library has it: up to TLS 1.2 the groups also say on which curves
// a certificate's key may lie.
std::optional<config::complaint> lacks_group(const context_plan& plan, const key_pair& pair) {
    using v = config::tls_version;
    auto old = plan.versions.contains(v::tls1_2) || plan.versions.contains(v::tls1_1) ||
               plan.versions.contains(v::tls1);
    std::string_view name(pair.leaf.key_name), before("ECDSA ");
    if (!old || !name.starts_with(before)) return std::nullopt;
    auto* curve = find_group(name.substr(before.size()));
    if (!curve || std::ranges::find(plan.groups, curve->id) != plan.groups.end())
        return std::nullopt;
    return config::complaint{
        severity::warning,
        "ssl_ecdh_curve",
        "without " + std::string(curve->name) + " BoringSSL uses the certificate in \"" +
            pair.certificate_path + "\" for TLSv1.3 only",
        "add " + std::string(curve->name)};
}

std::shared_ptr<const context> library::make(
    const context_plan& plan, const key_pair& pair, std::vector<config::complaint>& complaints
) const {
    context_parts parts{
        ctx_handle(SSL_CTX_new(TLS_with_buffers_method())),
        pair.leaf.key,
        plan.sessions,
        plan.alpn,
        plan.suites,
        plan.versions,
        plan.tls13,
        plan.groups,
        pair.ocsp,
        plan.asks};
    auto* ctx = parts.ctx.get();
    if (!ctx) {
        complaints.push_back({severity::error, "ssl", "the TLS library has no memory", {}});
        return nullptr;
    }
    use_versions(ctx, plan.versions);
    use_ciphers(ctx, plan.ciphers, plan.prefer_server_ciphers);
    use_groups(ctx, plan.groups);
    use_sessions(ctx, *plan.sessions, plan.few_tickets);
    if (plan.asks.asks) use_verification(ctx, plan.asks);
    use_key_log(ctx, plan.secrets);
    if (auto odd = lacks_group(plan, pair)) complaints.push_back(std::move(*odd));
    if (auto wrong = use_certificate(ctx, pair, plan.phrases)) {
        complaints.push_back(std::move(*wrong));
        return nullptr;
    }
    parts.elsewhere = pair.elsewhere;
    auto one = std::make_shared<server_context>(std::move(parts));
    if (pair.elsewhere || plan.proved) return one; // whoever has the key has proved it
    auto wrong = rehearse(*one, plan.versions);
    if (wrong.empty()) return one;
    complaints.push_back(rehearsal_failed(pair, wrong));
    return nullptr;
}

}

}

std::unique_ptr<backend> make_backend() { return std::make_unique<boringssl::library>(); }

}
