#include "backends/tls/compiler.hpp"
#include "backends/wolfssl/client.hpp"
#include "backends/wolfssl/map_certificates.hpp"
#include "backends/wolfssl/map_ciphers.hpp"
#include "backends/wolfssl/map_extras.hpp"
#include "backends/wolfssl/map_groups.hpp"
#include "backends/wolfssl/map_protocols.hpp"
#include "backends/wolfssl/map_sessions.hpp"
#include "backends/wolfssl/map_verify.hpp"
#include "backends/wolfssl/primitives.hpp"
#include "backends/wolfssl/rehearsal.hpp"
#include "backends/wolfssl/signing_key.hpp"

namespace postern::tls {

namespace wolfssl {

namespace {

using config::severity;

// What changes the ticket's own layout from one build to another of the same version.
std::string ticket_layout() {
    std::string words;
#ifdef WOLFSSL_TLS13
    words += " 1.3";
#endif
#ifdef WOLFSSL_EARLY_DATA
    words += " early";
#endif
#ifdef WOLFSSL_TICKET_NONCE_MALLOC
    words += " nonce";
#endif
#ifdef WOLFSSL_TICKET_HAVE_ID
    words += " id";
#endif
#ifdef SESSION_CERTS
    words += " certs";
#endif
#ifdef OPENSSL_ALL
    words += " all";
#endif
    return words;
}

class library final : public compiler {
public:
    // Never undone: contexts may outlive this.
    library() { wolfSSL_Init(); }

    std::string_view name() const override { return "wolfSSL"; }
    std::string version() const override { return wolfSSL_lib_version(); }
    std::span<const capability> capabilities() const override { return wolfssl::capabilities(); }

    const crypto& primitives() const override { return wolfssl::primitives(); }
    std::string session_format() const override {
        return std::string("wolfSSL ") + wolfSSL_lib_version() + ticket_layout();
    }
    path_prover prover() const override { return prove; }
    const std::vector<const suite*>& suites() const override { return library_suites(); }
    bool has_equal_suites() const override { return false; }
    const std::vector<std::uint16_t>& groups() const override { return library_groups(); }
    bool chooses_tls13_suites() const override { return true; }
    config::tls_versions read_versions(
        const config::tls_settings& settings, std::vector<config::complaint>& complaints
    ) const override {
        return wolfssl::read_versions(settings, complaints);
    }
    std::vector<std::uint16_t> usable(config::tls_versions versions, const cipher_list& list)
        const override {
        return suites_for(versions, list);
    }
    std::unique_ptr<signing_key> load_key(const secret& pem, const std::vector<secret>& phrases)
        const override {
        return wolfssl::load_key(pem, phrases);
    }
    std::shared_ptr<const context>
    make(const context_plan&, const key_pair&, std::vector<config::complaint>&) const override;
    std::shared_ptr<const client> make_client(
        client_plan plan, std::vector<config::complaint>& complaints
    ) const override {
        return wolfssl::make_client(std::move(plan), complaints);
    }
};

// wolfSSL keeps multiples of the points it has worked with, half a megabyte each, to be faster with
// them later on. Those of keys that are only tried it will hardly see again.
struct points_of_trials {
    ~points_of_trials() {
#if defined(FP_ECC)
        wc_ecc_fp_free();
#endif
    }
};

std::shared_ptr<const context> library::make(
    const context_plan& plan, const key_pair& pair, std::vector<config::complaint>& complaints
) const {
    points_of_trials forgotten_in_the_end;
    auto fail = [&](config::complaint wrong) {
        complaints.push_back(std::move(wrong));
        return nullptr;
    };
    context_parts parts{
        ctx_handle(wolfSSL_CTX_new(wolfSSLv23_server_method())),
        pair.leaf.key,
        plan.sessions,
        plan.alpn,
        plan.suites,
        plan.versions,
        plan.tls13,
        plan.groups,
        pair.ocsp,
        plan.secrets,
        plan.asks};
    auto* ctx = parts.ctx.get();
    if (!ctx) return fail({severity::error, "ssl", "the TLS library has no memory", {}});
    use_versions(ctx, plan.versions);
    if (auto wrong = use_certificate(ctx, pair, plan.phrases)) return fail(std::move(*wrong));
    if (!use_ciphers(ctx, plan.tls13, plan.suites))
        return fail({severity::error, "ssl_ciphers", "wolfSSL refuses it: " + last_words(), {}});
    use_preference(ctx, plan.prefer_server_ciphers);
    if (!use_groups(ctx, plan.groups))
        return fail({severity::error, "ssl_ecdh_curve", "wolfSSL refuses it: " + last_words(), {}});
    if (auto odd = keeps_p256(plan.groups, plan.versions)) complaints.push_back(std::move(*odd));
    if (auto wrong = conflict_with_staple(plan.asks, pair)) return fail(std::move(*wrong));
    if (auto wrong = use_staple(ctx, pair)) return fail(std::move(*wrong));
    use_sessions(ctx, *plan.sessions);
    if (plan.asks.asks) use_verification(ctx, plan.asks);
    if (auto odd = keeps_names(plan.asks, plan.versions)) complaints.push_back(std::move(*odd));
    parts.elsewhere = pair.elsewhere;
    auto one = std::make_shared<server_context>(std::move(parts));
    if (pair.elsewhere || plan.proved) return one; // whoever has the key has proved it
    auto wrong = rehearse(*one);
    if (!wrong) return one;
    return fail(wrong->signature ? key_does_not_match(pair) : rehearsal_failed(pair, wrong->words));
}

}

}

std::unique_ptr<backend> make_backend() { return std::make_unique<wolfssl::library>(); }

}
