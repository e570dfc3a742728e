#include "backends/boringssl/client.hpp"

#include "backends/boringssl/context.hpp"
#include "backends/boringssl/engine.hpp"
#include "backends/boringssl/map_certificates.hpp"
#include "backends/boringssl/map_ciphers.hpp"
#include "backends/boringssl/map_protocols.hpp"
#include "backends/tls/guarded.hpp"

#include <iterator>

namespace postern::tls::boringssl {

namespace {

class library_client final : public client, public std::enable_shared_from_this<library_client> {
public:
    library_client(ctx_handle ctx, client_plan plan)
        : ctx_(std::move(ctx)), plan_(std::move(plan)) {}

    std::unique_ptr<engine> connect(const destination&) const override;

private:
    ctx_handle ctx_;
    client_plan plan_;
    mutable client_sessions sessions_;
};

std::unique_ptr<engine> library_client::connect(const destination& to) const {
    auto side = std::make_unique<upstream_side>(upstream_side{
        {plan_.wants, to.name}
    });
    if (plan_.session_reuse) {
        side->sessions = &sessions_;
        side->peer = peer_of(to);
    }
    ssl_handle ssl(SSL_new(ctx_.get()));
    if (ssl) {
        SSL_set_connect_state(ssl.get());
        SSL_set_shed_handshake_config(ssl.get(), 1);
        auto name = server_name_for(plan_, to);
        if (!name.empty() && SSL_set_tlsext_host_name(ssl.get(), name.c_str()) != 1) ssl.reset();
    }
    if (ssl && side->sessions)
        if (auto last = sessions_.take(side->peer))
            SSL_set_session(ssl.get(), static_cast<SSL_SESSION*>(last.get()));
    auto made = std::make_unique<library_engine>(std::move(ssl), shared_from_this(), nullptr);
    made->play_client(std::move(side));
    if (plan_.own) made->sign_with(plan_.own->elsewhere);
    return made;
}

ssl_verify_result_t verify(SSL* ssl, std::uint8_t* alert) {
    auto& self = connection_of(ssl);
    std::vector<std::string_view> chain;
    if (auto* sent = SSL_get0_peer_certificates(ssl))
        for (std::size_t i = 0; i < sk_CRYPTO_BUFFER_num(sent); ++i) {
            auto* one = sk_CRYPTO_BUFFER_value(sent, i);
            chain.emplace_back(
                reinterpret_cast<const char*>(CRYPTO_BUFFER_data(one)), CRYPTO_BUFFER_len(one)
            );
        }
    auto why_not = self.upstream->check.judge(chain);
    ERR_clear_error();
    if (why_not == 0) return ssl_verify_ok;
    *alert = why_not;
    return ssl_verify_invalid;
}

// For each ticket of TLS 1.3, or once at the end of an older handshake.
int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto& self = connection_of(ssl);
    if (!self.upstream || !self.upstream->sessions) return 0;
    if (!self.upstream->check.passed() && SSL_session_reused(ssl) != 1) return 0;
    auto single_use = SSL_SESSION_should_be_single_use(session) == 1;
    client_sessions::handle handle(session, [](void* it) {
        SSL_SESSION_free(static_cast<SSL_SESSION*>(it));
    });
    self.upstream->sessions->keep(self.upstream->peer, std::move(handle), single_use);
    return 1; // the session is ours to free
}

constexpr std::uint16_t schemes[] = {
    SSL_SIGN_ECDSA_SECP256R1_SHA256,
    SSL_SIGN_ED25519,
    SSL_SIGN_RSA_PSS_RSAE_SHA256,
    SSL_SIGN_RSA_PKCS1_SHA256,
    SSL_SIGN_ECDSA_SECP384R1_SHA384,
    SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384,
    SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,
    SSL_SIGN_RSA_PKCS1_SHA512,
};

void offer_protocol(SSL_CTX* ctx, const std::string& alpn) {
    if (alpn.empty()) return;
    std::vector<std::uint8_t> wire{static_cast<std::uint8_t>(alpn.size())};
    wire.insert(wire.end(), alpn.begin(), alpn.end());
    SSL_CTX_set_alpn_protos(ctx, wire.data(), static_cast<unsigned>(wire.size()));
}

}

std::shared_ptr<const client> make_client(
    client_plan plan, std::vector<config::complaint>& complaints
) {
    ctx_handle made(SSL_CTX_new(TLS_with_buffers_method()));
    auto* ctx = made.get();
    if (!ctx) {
        complaints.push_back({config::severity::error, "ssl", "the TLS library has no memory", {}});
        return nullptr;
    }
    use_versions(ctx, plan.versions);
    use_ciphers(ctx, plan.ciphers, false);
    if (plan.own)
        if (auto wrong = use_certificate(ctx, *plan.own, plan.phrases)) {
            complaints.push_back(std::move(*wrong));
            return nullptr;
        }
    offer_protocol(ctx, plan.alpn);
    watch_alerts(ctx);
    SSL_CTX_set_custom_verify(ctx, SSL_VERIFY_PEER, guarded<verify, ssl_verify_invalid>::call);
    SSL_CTX_set_verify_algorithm_prefs(ctx, schemes, std::size(schemes));
    if (plan.session_reuse) {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(ctx, guarded<keep_session, 0>::call);
    } else {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    }
    return std::make_shared<library_client>(std::move(made), std::move(plan));
}

}
