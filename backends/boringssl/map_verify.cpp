#include "backends/boringssl/map_verify.hpp"

#include "backends/boringssl/bytes.hpp"
#include "backends/boringssl/primitives.hpp"
#include "backends/tls/guarded.hpp"

#include <openssl/stack.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <iterator>
#include <vector>

namespace postern::tls::boringssl {

namespace {

using x509_handle = std::unique_ptr<X509, frees<X509_free>>;
using crl_handle = std::unique_ptr<X509_CRL, frees<X509_CRL_free>>;
using store_handle = std::unique_ptr<X509_STORE, frees<X509_STORE_free>>;
using store_ctx_handle = std::unique_ptr<X509_STORE_CTX, frees<X509_STORE_CTX_free>>;

struct free_list { // of what it does not own
    void operator()(STACK_OF(X509) * it) const { sk_X509_free(it); }
};
using list_handle = std::unique_ptr<STACK_OF(X509), free_list>;

const std::uint8_t* raw(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

x509_handle read_x509(std::string_view der) {
    auto* at = raw(der);
    return x509_handle(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

crl_handle read_crl(std::string_view der) {
    auto* at = raw(der);
    return crl_handle(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
}

verdict verdict_of(int error) {
    switch (error) {
    case X509_V_OK: return verdict::ok;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: return verdict::unknown_issuer;
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return verdict::leaf_unverified;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return verdict::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return verdict::self_signed_in_chain;
    case X509_V_ERR_CERT_HAS_EXPIRED: return verdict::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return verdict::not_yet_valid;
    case X509_V_ERR_CERT_REVOKED: return verdict::revoked;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER: return verdict::no_crl;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID: return verdict::crl_expired;
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE: return verdict::bad_crl;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE: return verdict::bad_signature;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG: return verdict::chain_too_long;
    case X509_V_ERR_INVALID_PURPOSE: return verdict::wrong_purpose;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return verdict::not_a_ca;
    case X509_V_ERR_PATH_LENGTH_EXCEEDED: return verdict::path_length_exceeded;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION: return verdict::name_not_permitted;
    default: return verdict::malformed;
    }
}

// CRLs about anchors do not matter.
int overlook_anchors(int ok, X509_STORE_CTX* ctx) {
    if (ok) return 1;
    auto depth = static_cast<std::size_t>(X509_STORE_CTX_get_error_depth(ctx));
    auto at_anchor = depth + 1 == sk_X509_num(X509_STORE_CTX_get0_chain(ctx));
    switch (X509_STORE_CTX_get_error(ctx)) {
    case X509_V_ERR_CERT_REVOKED:
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
        if (!at_anchor) return 0;
        X509_STORE_CTX_set_error(ctx, X509_V_OK);
        return 1;
    default: return 0;
    }
}

// Everything that the library needs for one path, and its answer.
class proof {
public:
    explicit proof(const path& from) : store_(X509_STORE_new()), middle_(sk_X509_new_null()) {
        good_ = store_ && middle_;
        for (auto der : from.certificates)
            if (auto one = read_x509(der))
                certificates_.push_back(std::move(one));
            else
                good_ = false;
        for (std::size_t i = 1; good_ && i < certificates_.size(); ++i)
            good_ = sk_X509_push(middle_.get(), certificates_[i].get()) != 0;
        auto anchor = read_x509(from.anchor);
        good_ = good_ && anchor && X509_STORE_add_cert(store_.get(), anchor.get()) == 1;
    }

    void add_crls(const path& from) {
        for (auto der : from.crls)
            if (auto one = read_crl(der); good_ && one)
                good_ = X509_STORE_add_crl(store_.get(), one.get()) == 1;
    }

    verdict ask(role peer, unsigned long flags) {
        store_ctx_handle ctx(X509_STORE_CTX_new());
        if (!good_ || certificates_.empty() || !ctx) return verdict::malformed;
        auto* leaf = certificates_.front().get();
        if (X509_STORE_CTX_init(ctx.get(), store_.get(), leaf, middle_.get()) != 1)
            return verdict::malformed;
        auto purpose = peer == role::client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER;
        X509_STORE_CTX_set_purpose(ctx.get(), purpose);
        X509_STORE_CTX_set_flags(ctx.get(), flags | X509_V_FLAG_PARTIAL_CHAIN);
        X509_STORE_CTX_set_depth(ctx.get(), static_cast<int>(verifier::longest_chain) + 1);
        X509_STORE_CTX_set_verify_cb(ctx.get(), overlook_anchors);
        if (X509_verify_cert(ctx.get()) == 1) return verdict::ok;
        auto said = verdict_of(X509_STORE_CTX_get_error(ctx.get()));
        return said == verdict::ok ? verdict::malformed : said;
    }

private:
    store_handle store_;
    std::vector<x509_handle> certificates_;
    list_handle middle_;
    bool good_ = false;
};

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

ssl_verify_result_t verify(SSL* ssl, std::uint8_t* alert) {
    auto& self = connection_of(ssl);
    if (!self.asks) return ssl_verify_ok;
    std::vector<std::string_view> chain;
    if (auto* sent = SSL_get0_peer_certificates(ssl))
        for (std::size_t i = 0; i < sk_CRYPTO_BUFFER_num(sent); ++i) {
            auto* one = sk_CRYPTO_BUFFER_value(sent, i);
            chain.emplace_back(
                reinterpret_cast<const char*>(CRYPTO_BUFFER_data(one)), CRYPTO_BUFFER_len(one)
            );
        }
    self.shown = judge(*self.asks, chain, primitives());
    ERR_clear_error();
    // A client that shows a certificate shows it each time: its session is not resumed.
    if (self.asks->peer_is == role::client) self.sessions = nullptr;
    if (!self.asks->insists || (self.shown && self.shown->said == verdict::ok))
        return ssl_verify_ok;
    *alert = alert_for(self.shown ? self.shown->said : verdict::malformed);
    return ssl_verify_invalid;
}

void announce(SSL_CTX* ctx, const std::vector<std::string>& names) {
    auto* list = sk_CRYPTO_BUFFER_new_null();
    for (auto& name : names) {
        buffer_handle one(CRYPTO_BUFFER_new(raw(name), name.size(), nullptr));
        if (list && one && sk_CRYPTO_BUFFER_push(list, one.get())) (void)one.release();
    }
    if (list) SSL_CTX_set0_client_CAs(ctx, list);
}

}

void use_verification(SSL_CTX* ctx, const demand& asks) {
    SSL_CTX_set_custom_verify(ctx, SSL_VERIFY_PEER, guarded<verify, ssl_verify_invalid>::call);
    SSL_CTX_set_verify_algorithm_prefs(ctx, schemes, std::size(schemes));
    if (!asks.announced.empty()) announce(ctx, asks.announced);
    if (asks.peer_is == role::client)
        SSL_CTX_set_retain_only_sha256_of_client_certs(ctx, 1); // `shown` has what is needed
    else
        SSL_CTX_set_reverify_on_resume(ctx, 1);
}

verdict prove(const path& from, role peer) {
    ERR_clear_error();
    proof one(from);
    auto said = one.ask(peer, 0);
    // Only now, since a stranger's certificate is not worth reading long lists.
    if (said == verdict::ok && from.demands_crls) {
        one.add_crls(from);
        said = one.ask(peer, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    }
    ERR_clear_error();
    return said;
}

}
