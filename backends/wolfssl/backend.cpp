#include "backends/tls/backend.hpp"

#include "backends/wolfssl/map_certificates.hpp"
#include "backends/wolfssl/map_ciphers.hpp"
#include "backends/wolfssl/map_protocols.hpp"
#include "backends/wolfssl/map_sessions.hpp"
#include "backends/wolfssl/rehearsal.hpp"

#include <algorithm>

namespace postern::tls {

namespace wolfssl {

namespace {

using config::complaint;
using config::severity;

bool has_error(const std::vector<complaint>& all) {
    return std::ranges::any_of(all, [](auto& c) { return c.level == severity::error; });
}

std::vector<std::string> leaves_of(const std::vector<key_pair>& pairs) {
    std::vector<std::string> leaves;
    for (auto& pair : pairs)
        leaves.push_back(pair.chain.front());
    return leaves;
}

complaint complaint_about(const misfit& what, const key_pair& pair) {
    if (what.signature) return key_does_not_match(pair);
    auto whose = "the certificate in \"" + pair.certificate_path + "\"";
    if (what.suites)
        return {
            severity::error,
            "ssl_ciphers",
            "none of the suites fits " + whose + " and ssl_protocols",
            "an ECDSA key needs suites with ECDSA in their names, an RSA key suites with RSA"};
    return {
        severity::error,
        "ssl_certificate",
        "a handshake in memory with " + whose + " failed (" + what.words + ")"};
}

// Settings on their way to contexts.
class compilation {
public:
    compilation(const config::tls_settings& from, std::string_view alpn)
        : settings_(from), alpn_(alpn), versions_(usable_versions(from.versions, complaints_)),
          suites_(cipher_bytes(from.ciphers, versions_, complaints_)),
          pairs_(read_key_pairs(from, complaints_)), phrases_(pass_phrases(from, complaints_)) {}

    compiled run(const session_services& services, std::string_view format) && {
        if (!versions_.empty() && !suites_.empty()) {
            auto leaves = leaves_of(pairs_);
            sessions_ =
                std::make_shared<resumption>(settings_, services, primitives(), leaves, format);
            for (auto& pair : pairs_)
                add(pair);
        }
        auto good = !has_error(complaints_);
        return {good ? std::move(made_) : nullptr, std::move(complaints_)};
    }

private:
    void add(const key_pair& pair) {
        ctx_handle ctx(wolfSSL_CTX_new(wolfSSLv23_server_method()));
        if (!ctx) return complain("ssl", "wolfSSL has no memory for a context");
        limit_versions(ctx.get(), versions_);
        // After the key: the signatures that go with the suites depend on its size.
        if (!use_key_pair(ctx.get(), pair, phrases_, complaints_)) return;
        if (!use_ciphers(ctx.get(), suites_))
            return complain("ssl_ciphers", "wolfSSL refuses the list (" + last_words() + ")");
        prefer_server_ciphers(ctx.get(), settings_.prefer_server_ciphers);
        use_sessions(ctx.get(), *sessions_);
        auto made =
            std::make_shared<server_context>(std::move(ctx), pair.leaf.key, sessions_, alpn_);
        if (auto wrong = rehearse(*made, versions_, suites_))
            complaints_.push_back(complaint_about(*wrong, pair));
        made_->contexts.push_back(std::move(made));
    }

    void complain(std::string directive, std::string text) {
        complaints_.push_back({severity::error, std::move(directive), std::move(text)});
    }

    const config::tls_settings& settings_;
    std::string alpn_;
    std::vector<complaint> complaints_;
    config::tls_versions versions_;
    std::vector<unsigned char> suites_;
    std::vector<key_pair> pairs_;
    std::vector<secret> phrases_;
    std::shared_ptr<const resumption> sessions_;
    std::shared_ptr<server> made_ = std::make_shared<server>(server{{}, alpn_});
};

class wolfssl_backend final : public backend {
public:
    // Never undone: contexts may outlive this.
    wolfssl_backend() { wolfSSL_Init(); }

    std::string_view name() const override { return "wolfSSL"; }
    std::string version() const override { return wolfSSL_lib_version(); }
    std::span<const capability> capabilities() const override { return wolfssl::capabilities(); }

    compiled compile(
        const config::tls_settings& settings,
        std::string_view alpn,
        const session_services& services
    ) const override {
        return compilation(settings, alpn).run(services, "wolfSSL " + version());
    }
};

}

}

std::unique_ptr<backend> make_backend() { return std::make_unique<wolfssl::wolfssl_backend>(); }

}
