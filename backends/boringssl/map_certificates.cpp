#include "backends/boringssl/map_certificates.hpp"

#include "backends/boringssl/remote_key.hpp"

#include <algorithm>

namespace postern::tls::boringssl {

namespace {

// Gives the pass phrase behind `user`. Always set: without one, the library might ask a terminal.
int give_phrase(char* out, int room, int, void* user) {
    auto phrase = static_cast<const secret*>(user)->reveal();
    if (room < 0 || phrase.size() > static_cast<std::size_t>(room)) return -1;
    std::copy(phrase.begin(), phrase.end(), out);
    return static_cast<int>(phrase.size());
}

key_handle read_key(const secret& pem, const secret& phrase) {
    auto text = pem.reveal();
    bio_handle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    auto user = phrase; // the library takes a pointer to something it might change
    return key_handle(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_phrase, &user));
}

}

key_handle read_key(const secret& pem, bool encrypted, const std::vector<secret>& phrases) {
    if (!encrypted) return read_key(pem, secret());
    for (auto& phrase : phrases)
        if (auto key = read_key(pem, phrase)) return key;
    return nullptr;
}

std::optional<config::complaint> use_certificate(
    SSL_CTX* ctx, const key_pair& pair, const std::vector<secret>& phrases
) {
    ERR_clear_error();
    key_handle key;
    if (!pair.elsewhere) {
        key = read_key(pair.key, pair.encrypted, phrases);
        if (!key) return key_unreadable(pair, !phrases.empty(), last_words());
    }

    std::vector<buffer_handle> chain;
    std::vector<CRYPTO_BUFFER*> pointers;
    for (auto& der : pair.chain) {
        chain.emplace_back(CRYPTO_BUFFER_new(
            reinterpret_cast<const std::uint8_t*>(der.data()), der.size(), nullptr
        ));
        pointers.push_back(chain.back().get());
    }
    ERR_clear_error(); // of pass phrases that did not fit
    auto* method = pair.elsewhere ? remote_key() : nullptr;
    if (SSL_CTX_set_chain_and_key(ctx, pointers.data(), pointers.size(), key.get(), method) == 1)
        return std::nullopt;
    auto last = ERR_peek_last_error();
    auto library = ERR_GET_LIB(last), reason = ERR_GET_REASON(last);
    auto words = last_words();
    if ((library == ERR_LIB_SSL && reason == SSL_R_CERTIFICATE_AND_PRIVATE_KEY_MISMATCH) ||
        (library == ERR_LIB_X509 &&
         (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)))
        return key_does_not_match(pair);
    return config::complaint{
        config::severity::error,
        "ssl_certificate",
        "the certificate in \"" + pair.certificate_path + "\" cannot be used: " + words,
        {}};
}

}
