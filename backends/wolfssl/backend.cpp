#include "backends/tls/backend.hpp"

#include "backends/tls/choose.hpp"
#include "backends/wolfssl/map_certificates.hpp"
#include "backends/wolfssl/map_ciphers.hpp"
#include "backends/wolfssl/map_protocols.hpp"
#include "backends/wolfssl/map_sessions.hpp"
#include "backends/wolfssl/primitives.hpp"
#include "backends/wolfssl/rehearsal.hpp"

namespace postern::tls {

namespace {

using namespace wolfssl;
using config::severity;

// One compile() at work.
class compilation {
public:
    compilation(
        const config::tls_settings& settings,
        std::string_view alpn,
        const session_services& services
    )
        : settings_(settings), alpn_(alpn), services_(services) {}

    compiled run();

private:
    void complain(severity level, std::string directive, std::string text) {
        complaints_.push_back({level, std::move(directive), std::move(text), {}});
    }
    bool failed() const;
    bool serves(const key_pair&);
    void add(const key_pair&);
    void check(const server_context&, const key_pair&);

    const config::tls_settings& settings_;
    std::string alpn_;
    const session_services& services_;

    std::vector<config::complaint> complaints_;
    config::tls_versions versions_;
    std::vector<std::uint16_t> suites_;
    std::vector<secret> phrases_;
    std::shared_ptr<const resumption> sessions_;
    std::vector<std::shared_ptr<const context>> made_;
};

std::string format() { return std::string("wolfSSL ") + wolfSSL_lib_version(); }

bool compilation::failed() const {
    for (auto& one : complaints_)
        if (one.level == severity::error) return true;
    return false;
}

// A certificate that no suite can use is only in the way, unless it is the only one.
bool compilation::serves(const key_pair& pair) {
    if (can_serve(pair.leaf.key, suites_, versions_)) return true;
    complain(
        severity::warning,
        "ssl_ciphers",
        "no suite of the list works with the certificate in \"" + pair.certificate_path +
            "\", which is left out"
    );
    return false;
}

void compilation::add(const key_pair& pair) {
    context_parts parts{
        ctx_handle(wolfSSL_CTX_new(wolfSSLv23_server_method())),
        pair.leaf.key,
        sessions_,
        alpn_,
        suites_,
        versions_};
    auto* ctx = parts.ctx.get();
    if (!ctx) return complain(severity::error, "ssl", "the TLS library has no memory");
    use_versions(ctx, versions_);
    if (auto wrong = use_certificate(ctx, pair, phrases_)) {
        complaints_.push_back(std::move(*wrong));
        return;
    }
    if (!use_ciphers(ctx, versions_, suites_))
        return complain(severity::error, "ssl_ciphers", "wolfSSL refuses it: " + last_words());
    use_preference(ctx, settings_.prefer_server_ciphers);
    use_sessions(ctx, *sessions_);
    auto one = std::make_shared<server_context>(std::move(parts));
    check(*one, pair);
    made_.push_back(std::move(one));
}

void compilation::check(const server_context& one, const key_pair& pair) {
    auto wrong = rehearse(one);
    if (!wrong) return;
    if (wrong->signature) return complaints_.push_back(key_does_not_match(pair));
    complain(
        severity::error,
        "ssl_certificate_key",
        "a handshake in memory with \"" + pair.certificate_path + "\" and \"" + pair.key_path +
            "\" failed: " + wrong->words
    );
}

compiled compilation::run() {
    versions_ = read_versions(settings_, complaints_);
    auto ciphers = read_cipher_string(settings_.ciphers, library_suites(), false);
    complaints_.insert(complaints_.end(), ciphers.complaints.begin(), ciphers.complaints.end());
    suites_ = suites_for(versions_, ciphers);
    auto pairs = read_key_pairs(settings_, complaints_);
    phrases_ = pass_phrases(settings_, complaints_);

    std::vector<std::string> leaves;
    for (auto& pair : pairs)
        leaves.push_back(pair.chain.front());
    sessions_ = std::make_shared<resumption>(settings_, services_, primitives(), leaves, format());
    if (!versions_.empty() && !ciphers.chosen.empty())
        for (auto& pair : pairs)
            if (serves(pair)) add(pair);
    if (made_.empty() && !failed())
        complain(severity::error, "ssl_ciphers", "no suite of the list works with any certificate");
    if (failed()) return {nullptr, std::move(complaints_)};
    auto whole = std::make_shared<server>(server{std::move(made_), alpn_});
    return {std::move(whole), std::move(complaints_)};
}

class library_backend final : public backend {
public:
    // Never undone: contexts may outlive this.
    library_backend() { wolfSSL_Init(); }

    std::string_view name() const override { return "wolfSSL"; }
    std::string version() const override { return wolfSSL_lib_version(); }
    std::span<const capability> capabilities() const override { return wolfssl::capabilities(); }

    compiled compile(
        const config::tls_settings& settings,
        std::string_view alpn,
        const session_services& services
    ) const override {
        return compilation(settings, alpn, services).run();
    }
};

}

std::unique_ptr<backend> make_backend() { return std::make_unique<library_backend>(); }

}
