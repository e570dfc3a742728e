#include "backends/wolfssl/map_certificates.hpp"

#include <algorithm>

namespace postern::tls::wolfssl {

namespace {

std::span<const unsigned char> raw(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

// The library takes a chain as PEM only.
std::string pem_of(const std::vector<std::string>& chain) {
    std::string all;
    for (auto& der : chain) {
        auto in = raw(der);
        auto in_size = static_cast<word32>(in.size());
        auto size = wc_DerToPem(in.data(), in_size, nullptr, 0, CERT_TYPE);
        if (size <= 0) return {};
        std::vector<unsigned char> out(static_cast<std::size_t>(size));
        size = wc_DerToPem(in.data(), in_size, out.data(), static_cast<word32>(size), CERT_TYPE);
        if (size <= 0) return {};
        all.append(out.begin(), out.begin() + size);
    }
    return all;
}

int give_phrase(char* into, int room, int, void* phrase) noexcept {
    auto text = static_cast<const secret*>(phrase)->reveal();
    if (room < 0 || text.size() > static_cast<std::size_t>(room)) return 0;
    std::ranges::copy(text, into);
    return static_cast<int>(text.size());
}

bool use_key(WOLFSSL_CTX* ctx, const secret& key, const secret& phrase) {
    auto bytes = raw(key.reveal());
    // An empty phrase stands for none; the callback is set anyway, or the library asks the
    // terminal.
    wolfSSL_CTX_set_default_passwd_cb(ctx, give_phrase);
    wolfSSL_CTX_set_default_passwd_cb_userdata(ctx, const_cast<secret*>(&phrase));
    forget_errors();
    auto result = wolfSSL_CTX_use_PrivateKey_buffer(
        ctx, bytes.data(), static_cast<long>(bytes.size()), WOLFSSL_FILETYPE_PEM
    );
    wolfSSL_CTX_set_default_passwd_cb_userdata(ctx, nullptr);
    wolfSSL_CTX_set_default_passwd_cb(ctx, nullptr);
    return result == WOLFSSL_SUCCESS;
}

bool use_key(WOLFSSL_CTX* ctx, const key_pair& pair, const std::vector<secret>& phrases) {
    if (!pair.encrypted) return use_key(ctx, pair.key, secret());
    return std::ranges::any_of(phrases, [&](auto& one) { return use_key(ctx, pair.key, one); });
}

bool use_chain(WOLFSSL_CTX* ctx, const key_pair& pair) {
    auto chain = pem_of(pair.chain);
    auto bytes = raw(chain);
    forget_errors();
    return !chain.empty() && wolfSSL_CTX_use_certificate_chain_buffer(
                                 ctx, bytes.data(), static_cast<long>(bytes.size())
                             ) == WOLFSSL_SUCCESS;
}

}

bool use_key_pair(
    WOLFSSL_CTX* ctx,
    const key_pair& pair,
    const std::vector<secret>& phrases,
    std::vector<config::complaint>& complaints
) {
    if (!use_chain(ctx, pair)) {
        complaints.push_back(
            {config::severity::error,
             "ssl_certificate",
             "wolfSSL cannot use the certificate in \"" + pair.certificate_path + "\" (" +
                 last_words() + ")"}
        );
        return false;
    }
    if (!use_key(ctx, pair, phrases)) {
        complaints.push_back(key_unreadable(pair, !phrases.empty(), last_words()));
        return false;
    }
    forget_errors();
    if (wolfSSL_CTX_check_private_key(ctx) != WOLFSSL_SUCCESS) {
        complaints.push_back(key_does_not_match(pair));
        return false;
    }
    return true;
}

}
