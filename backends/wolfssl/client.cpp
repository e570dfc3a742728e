#include "backends/wolfssl/client.hpp"

#include "backends/tls/guarded.hpp"
#include "backends/tls/tls13_suites.hpp"
#include "backends/wolfssl/engine.hpp"
#include "backends/wolfssl/map_certificates.hpp"
#include "backends/wolfssl/map_ciphers.hpp"
#include "backends/wolfssl/map_protocols.hpp"
#include "backends/wolfssl/remote_key.hpp"

namespace postern::tls::wolfssl {

namespace {

class library_client final : public client, public std::enable_shared_from_this<library_client> {
public:
    library_client(ctx_handle ctx, client_plan plan)
        : ctx_(std::move(ctx)), plan_(std::move(plan)) {}

    std::unique_ptr<engine> connect(const destination&) const override;

private:
    bool prepare(WOLFSSL*, const destination&) const;

    ctx_handle ctx_;
    client_plan plan_;
    mutable client_sessions sessions_;
};

// Called when a ticket has come; the session is complete only after the step in which it did.
int note_ticket(WOLFSSL* ssl, const unsigned char*, int, void*) noexcept {
    connection_of(ssl).has_new_session = true;
    return 0;
}

bool library_client::prepare(WOLFSSL* ssl, const destination& to) const {
    auto name = server_name_for(plan_, to);
    if (!name.empty() &&
        wolfSSL_UseSNI(
            ssl, WOLFSSL_SNI_HOST_NAME, name.data(), static_cast<unsigned short>(name.size())
        ) != WOLFSSL_SUCCESS)
        return false;
    auto alpn = plan_.alpn; // the library copies it
    if (!alpn.empty() && wolfSSL_UseALPN(
                             ssl,
                             alpn.data(),
                             static_cast<unsigned int>(alpn.size()),
                             static_cast<unsigned char>(WOLFSSL_ALPN_CONTINUE_ON_MISMATCH)
                         ) != WOLFSSL_SUCCESS)
        return false;
    if (!plan_.session_reuse) return true;
    wolfSSL_set_SessionTicket_cb(ssl, note_ticket, nullptr);
    if (auto last = sessions_.take(peer_of(to)))
        wolfSSL_set_session(ssl, static_cast<WOLFSSL_SESSION*>(last.get()));
    return true;
}

std::unique_ptr<engine> library_client::connect(const destination& to) const {
    auto side = std::make_unique<upstream_side>(upstream_side{
        {plan_.wants, to.name}
    });
    if (plan_.session_reuse) {
        side->sessions = &sessions_;
        side->peer = peer_of(to);
    }
    forget_errors();
    ssl_handle ssl(wolfSSL_new(ctx_.get()));
    if (ssl && !prepare(ssl.get(), to)) ssl.reset();
    auto made = std::make_unique<library_engine>(std::move(ssl), shared_from_this(), nullptr);
    made->play_client(std::move(side));
    if (plan_.own) made->sign_with(plan_.own->elsewhere);
    return made;
}

// Called for the leaf at least once, and perhaps for others. The context knows no authorities, so
// the library always finds something wrong, and asks.
int verify(int, WOLFSSL_X509_STORE_CTX* store) {
    auto* ssl = static_cast<WOLFSSL*>(
        wolfSSL_X509_STORE_CTX_get_ex_data(store, wolfSSL_get_ex_data_X509_STORE_CTX_idx())
    );
    if (!ssl || store->totalCerts <= 0) return 0;
    auto& check = connection_of(ssl).upstream->check;
    if (check.passed()) return 1;
    if (!check.reason().empty()) return 0;
    std::vector<std::string_view> chain;
    for (int i = 0; i < store->totalCerts; ++i)
        chain.emplace_back(
            reinterpret_cast<const char*>(store->certs[i].buffer), store->certs[i].length
        );
    return check.judge(chain) == 0;
}

}

void keep_session(WOLFSSL* ssl) {
    auto& self = connection_of(ssl);
    if (!self.has_new_session) return;
    self.has_new_session = false;
    if (!self.upstream || !self.upstream->sessions) return;
    // 5.5 breaks off when an upstream does not know a ticket of an older version any more.
    if (wolfSSL_GetVersion(ssl) != WOLFSSL_TLSV1_3) return;
    auto* current = wolfSSL_get1_session(ssl);
    if (!current) return;
    auto* copy = wolfSSL_SESSION_dup(current); // the connection goes on to change its own
    wolfSSL_SESSION_free(current);
    if (!copy) return;
    client_sessions::handle handle(copy, [](void* it) {
        wolfSSL_SESSION_free(static_cast<WOLFSSL_SESSION*>(it));
    });
    self.upstream->sessions->keep(self.upstream->peer, std::move(handle), true);
}

std::shared_ptr<const client> make_client(
    client_plan plan, std::vector<config::complaint>& complaints
) {
    using config::severity;
    auto fail = [&](config::complaint wrong) {
        complaints.push_back(std::move(wrong));
        return nullptr;
    };
    ctx_handle made(wolfSSL_CTX_new(wolfSSLv23_client_method()));
    auto* ctx = made.get();
    if (!ctx) return fail({severity::error, "ssl", "the TLS library has no memory", {}});
    use_wires(ctx);
    use_versions(ctx, plan.versions);
    if (plan.own)
        if (auto wrong = use_certificate(ctx, *plan.own, plan.phrases))
            return fail(std::move(*wrong));
    if (plan.own && plan.own->elsewhere) use_remote_key(ctx);
    std::vector<std::uint16_t> tls13;
    if (plan.versions.contains(config::tls_version::tls1_3))
        tls13 = usual_tls13_suites(library_suites());
    if (!use_ciphers(ctx, tls13, plan.suites))
        return fail({severity::error, "ssl_ciphers", "wolfSSL refuses it: " + last_words(), {}});
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, guarded<verify, 0>::call);
    wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_OFF);
    return std::make_shared<library_client>(std::move(made), std::move(plan));
}

}
