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

// One DER element and nothing else. What a wrong pass phrase decrypts is noise that hardly ever is
// one, and 5.5 takes it for a key if its padding happens to look right.
bool is_element(std::span<const unsigned char> der) {
    if (der.size() < 2 || der[0] != 0x30) return false;
    std::size_t length = der[1], used = 2;
    if (length >= 0x80) {
        auto count = length & 0x7fu;
        if (count > 4 || der.size() < used + count) return false;
        for (length = 0; count > 0; --count)
            length = length << 8u | der[used++];
    }
    return der.size() - used == length;
}

// Nothing when the phrase does not open it.
std::optional<secret> opened(const secret& key, const secret* phrase) {
    auto pem = raw(key.reveal());
    std::string der(pem.size(), '\0'); // base64 alone makes it shorter
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    auto room = static_cast<int>(der.size());
    std::string pass(phrase ? phrase->reveal() : std::string_view()); // ends with a zero
    auto* text = phrase ? pass.c_str() : nullptr;
    auto size = wc_KeyPemToDer(pem.data(), static_cast<int>(pem.size()), out, room, text);
    auto element = std::span(out, static_cast<std::size_t>(std::max(size, 0)));
    std::optional<secret> made;
    if (is_element(element)) made.emplace(std::string_view(der).substr(0, element.size()));
    wipe(der);
    wipe(pass);
    return made;
}

bool use_plain_key(WOLFSSL_CTX* ctx, std::span<const unsigned char> key, int format) {
    forget_errors();
    auto size = static_cast<long>(key.size());
    return wolfSSL_CTX_use_PrivateKey_buffer(ctx, key.data(), size, format) == WOLFSSL_SUCCESS;
}

bool use_key(WOLFSSL_CTX* ctx, const key_pair& pair, const std::vector<secret>& phrases) {
    if (!pair.encrypted) return use_plain_key(ctx, raw(pair.key.reveal()), WOLFSSL_FILETYPE_PEM);
    auto opens = [&](const secret& phrase) {
        auto der = opened(pair.key, &phrase);
        return der && use_plain_key(ctx, raw(der->reveal()), WOLFSSL_FILETYPE_ASN1);
    };
    return std::ranges::any_of(phrases, opens);
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

std::optional<secret> key_der(const secret& pem, const std::vector<secret>& phrases) {
    forget_errors();
    if (!is_encrypted(pem.reveal())) return opened(pem, nullptr);
    for (auto& phrase : phrases)
        if (auto der = opened(pem, &phrase)) return der;
    return std::nullopt;
}

std::optional<config::complaint> use_certificate(
    WOLFSSL_CTX* ctx, const key_pair& pair, const std::vector<secret>& phrases
) {
    // The library itself has no words for a kind of key that it was built without.
    auto* kind = find_capability(capabilities(), "ssl_certificate", pair.leaf.key_name);
    if (kind && kind->level == support::absent)
        return config::complaint{
            config::severity::error,
            "ssl_certificate",
            "the certificate in \"" + pair.certificate_path + "\" has an " + pair.leaf.key_name +
                " key",
            std::string(kind->reason)};
    if (!use_chain(ctx, pair))
        return config::complaint{
            config::severity::error,
            "ssl_certificate",
            "the certificate in \"" + pair.certificate_path + "\" cannot be used: " + last_words()};
    if (pair.elsewhere) return std::nullopt; // see remote_key.hpp
    if (!use_key(ctx, pair, phrases)) return key_unreadable(pair, !phrases.empty(), last_words());
    forget_errors();
    if (wolfSSL_CTX_check_private_key(ctx) != WOLFSSL_SUCCESS) return key_does_not_match(pair);
    return std::nullopt;
}

}
