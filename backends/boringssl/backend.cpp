#include "backends/tls/backend.hpp"

#include "backends/boringssl/map_certificates.hpp"
#include "backends/boringssl/map_ciphers.hpp"
#include "backends/boringssl/map_protocols.hpp"
#include "backends/boringssl/map_sessions.hpp"
#include "backends/boringssl/primitives.hpp"
#include "backends/boringssl/rehearsal.hpp"
#include "backends/tls/choose.hpp"

namespace postern::tls {

namespace {

using namespace boringssl;
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

    const config::tls_settings& settings_;
    std::string alpn_;
    const session_services& services_;

    std::vector<config::complaint> complaints_;
    config::tls_versions versions_;
    cipher_list ciphers_;
    std::vector<secret> phrases_;
    std::shared_ptr<const resumption> sessions_;
    std::vector<std::shared_ptr<const context>> made_;
};

std::string format() { return "BoringSSL " + std::to_string(BORINGSSL_API_VERSION); }

bool compilation::failed() const {
    for (auto& one : complaints_)
        if (one.level == severity::error) return true;
    return false;
}

// A certificate that no suite can use is only in the way, unless it is the only one.
bool compilation::serves(const key_pair& pair) {
    if (can_serve(pair.leaf.key, ciphers_.ids(), versions_)) return true;
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
        ctx_handle(SSL_CTX_new(TLS_with_buffers_method())),
        pair.leaf.key,
        sessions_,
        alpn_,
        ciphers_.ids(),
        versions_};
    auto* ctx = parts.ctx.get();
    if (!ctx) return complain(severity::error, "ssl", "the TLS library has no memory");
    use_versions(ctx, versions_);
    use_ciphers(ctx, ciphers_, settings_.prefer_server_ciphers);
    use_sessions(ctx, *sessions_, settings_.cache.uses_zone() && services_.shared);
    if (auto wrong = use_certificate(ctx, pair, phrases_)) {
        complaints_.push_back(std::move(*wrong));
        return;
    }
    auto one = std::make_shared<server_context>(std::move(parts));
    if (auto wrong = rehearse(*one, versions_); !wrong.empty())
        return complain(
            severity::error,
            "ssl_certificate_key",
            "a handshake in memory with \"" + pair.certificate_path + "\" and \"" + pair.key_path +
                "\" failed: " + wrong
        );
    made_.push_back(std::move(one));
}

compiled compilation::run() {
    if (auto wrong = foreign_library(); !wrong.empty()) complain(severity::warning, "ssl", wrong);
    versions_ = read_versions(settings_, complaints_);
    ciphers_ = read_cipher_string(settings_.ciphers, library_suites(), true);
    complaints_.insert(complaints_.end(), ciphers_.complaints.begin(), ciphers_.complaints.end());
    auto pairs = read_key_pairs(settings_, complaints_);
    phrases_ = pass_phrases(settings_, complaints_);

    std::vector<std::string> leaves;
    for (auto& pair : pairs)
        leaves.push_back(pair.chain.front());
    sessions_ = std::make_shared<resumption>(settings_, services_, primitives(), leaves, format());
    if (!versions_.empty() && !ciphers_.chosen.empty())
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
    std::string_view name() const override { return "BoringSSL"; }
    std::string version() const override { return "API " + std::to_string(BORINGSSL_API_VERSION); }
    std::span<const capability> capabilities() const override { return boringssl::capabilities(); }

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
