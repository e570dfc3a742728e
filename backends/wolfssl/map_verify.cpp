#include "backends/wolfssl/map_verify.hpp"

#include "backends/tls/guarded.hpp"
#include "backends/wolfssl/bytes.hpp"
#include "backends/wolfssl/primitives.hpp"

#include <vector>

namespace postern::tls::wolfssl {

namespace {

using manager_handle = std::unique_ptr<WOLFSSL_CERT_MANAGER, frees<wolfSSL_CertManagerFree>>;

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

verdict verdict_of(int code) {
    switch (code) {
    case WOLFSSL_SUCCESS: return verdict::ok;
    case ASN_NO_SIGNER_E: return verdict::unknown_issuer;
    case ASN_SELF_SIGNED_E: return verdict::self_signed;
    case ASN_AFTER_DATE_E: return verdict::expired;
    case ASN_BEFORE_DATE_E: return verdict::not_yet_valid;
    case CRL_CERT_REVOKED: return verdict::revoked;
    case CRL_MISSING: return verdict::no_crl;
    case CRL_CERT_DATE_ERR: return verdict::crl_expired;
    case ASN_CRL_CONFIRM_E:
    case ASN_CRL_NO_SIGNER_E: return verdict::bad_crl;
    case ASN_SIG_CONFIRM_E:
    case ASN_SIG_HASH_E:
    case ASN_SIG_KEY_E: return verdict::bad_signature;
    case NOT_CA_ERROR:
    case ASN_NO_KEYUSAGE: return verdict::not_a_ca;
    case ASN_PATHLEN_INV_E:
    case ASN_PATHLEN_SIZE_E: return verdict::path_length_exceeded;
    case ASN_NAME_INVALID_E: return verdict::name_not_permitted;
    default: return verdict::malformed;
    }
}

// A certificate manager for one path. It knows nobody else, so nobody else is believed.
class proof {
public:
    explicit proof(const path& from) : from_(from), all_(wolfSSL_CertManagerNew()) {}

    // From the anchor down: who is proved may vouch for the next one.
    verdict ask() {
        if (!all_) return verdict::malformed;
        if (auto said = add(from_.anchor); said != verdict::ok) return said;
        for (auto i = from_.certificates.size(); i-- > 0;) {
            auto said = check(from_.certificates[i]);
            if (said != verdict::ok) return said;
            if (i == 0) break;
            if (said = add(from_.certificates[i]); said != verdict::ok) return said;
        }
        return verdict::ok;
    }

    // After ask(), which has added everybody who may have signed one.
    verdict ask_about_crls() {
        if (wolfSSL_CertManagerEnableCRL(all_.get(), WOLFSSL_CRL_CHECKALL) != WOLFSSL_SUCCESS)
            return verdict::no_crl;
        auto wrong = verdict::ok;
        for (auto der : from_.crls) {
            auto size = static_cast<long>(der.size());
            auto code =
                wolfSSL_CertManagerLoadCRLBuffer(all_.get(), raw(der), size, WOLFSSL_FILETYPE_ASN1);
            if (code != WOLFSSL_SUCCESS) wrong = verdict_of(code);
        }
        if (wrong != verdict::ok) return wrong;
        for (auto i = from_.certificates.size(); i-- > 0;)
            if (auto said = check(from_.certificates[i]); said != verdict::ok) return said;
        return verdict::ok;
    }

private:
    verdict add(std::string_view der) {
        auto size = static_cast<long>(der.size());
        return verdict_of(
            wolfSSL_CertManagerLoadCABuffer(all_.get(), raw(der), size, WOLFSSL_FILETYPE_ASN1)
        );
    }
    verdict check(std::string_view der) {
        auto size = static_cast<long>(der.size());
        return verdict_of(
            wolfSSL_CertManagerVerifyBuffer(all_.get(), raw(der), size, WOLFSSL_FILETYPE_ASN1)
        );
    }

    const path& from_;
    manager_handle all_;
};

// Called for the leaf at least once, and perhaps for others, and by 5.5 when there is none. The
// context knows no authorities, so the library always finds something wrong, and asks.
int verify(int, WOLFSSL_X509_STORE_CTX* store) {
    auto* ssl = static_cast<WOLFSSL*>(
        wolfSSL_X509_STORE_CTX_get_ex_data(store, wolfSSL_get_ex_data_X509_STORE_CTX_idx())
    );
    if (!ssl) return 0;
    auto& self = connection_of(ssl);
    if (!self.asks || store->error_depth > 0 || store->totalCerts <= 0) return 1;
    if (!self.shown) {
        std::vector<std::string_view> chain;
        for (int i = 0; i < store->totalCerts; ++i)
            chain.emplace_back(
                reinterpret_cast<const char*>(store->certs[i].buffer), store->certs[i].length
            );
        self.shown = judge(*self.asks, chain, primitives());
    }
    // A client that shows a certificate shows it each time: its session is not resumed.
    if (self.asks->peer_is == role::client) self.sessions = nullptr;
    return !self.asks->insists || self.shown->said == verdict::ok;
}

void announce(WOLFSSL_CTX* ctx, const std::vector<std::string>& names) {
    auto* list = wolfSSL_sk_X509_NAME_new(nullptr);
    for (auto& name : names) {
        unsigned char* at = const_cast<unsigned char*>(raw(name));
        auto* one = wolfSSL_d2i_X509_NAME(nullptr, &at, static_cast<long>(name.size()));
        if (list && one && wolfSSL_sk_X509_NAME_push(list, one) <= 0) wolfSSL_X509_NAME_free(one);
    }
    wolfSSL_CTX_set_client_CA_list(ctx, list);
}

}

void use_verification(WOLFSSL_CTX* ctx, const demand& asks) {
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, guarded<verify, 0>::call);
    if (can_announce && !asks.announced.empty()) announce(ctx, asks.announced);
}

std::optional<config::complaint> conflict_with_staple(const demand& asks, const key_pair& pair) {
    if (can_staple_and_verify || !asks.asks || pair.ocsp.response.empty()) return std::nullopt;
    return config::complaint{
        config::severity::error,
        "ssl_stapling_file",
        "this wolfSSL cannot do both \"ssl_stapling_file\" and \"ssl_verify_client\"",
        "wolfSSL 5.9 can, and an older one built with --enable-opensslall and "
        "-DWOLFSSL_ALT_CERT_CHAINS"};
}

std::optional<config::complaint> keeps_names(const demand& asks, config::tls_versions versions) {
    auto all_told = can_announce_in_tls13 || !versions.contains(config::tls_version::tls1_3);
    if (asks.announced.empty() || (can_announce && all_told)) return std::nullopt;
    return config::complaint{
        config::severity::warning,
        "ssl_client_certificate",
        can_announce
            ? "wolfSSL before 5.6.4 does not tell clients of TLSv1.3 whose certificates are wanted"
            : "wolfSSL without --enable-opensslall or -DHAVE_LIGHTY does not tell clients whose "
              "certificates are wanted",
        "a client with several certificates may show another one; ssl_trusted_certificate names "
        "authorities that no client is told of"};
}

void forget_chain(WOLFSSL* ssl) {
#ifdef WOLFSSL_ALT_CERT_CHAINS
    (void)ssl; // such builds take over nobody who is not believed
#else
    wolfSSL_CTX_UnloadCAs(wolfSSL_get_SSL_CTX(ssl));
#endif
}

verdict prove(const path& from, role) {
    proof one(from);
    auto said = one.ask();
    // Only now, since a stranger's certificate is not worth reading long lists.
    if (said == verdict::ok && from.demands_crls) said = one.ask_about_crls();
    forget_errors();
    return said;
}

}
