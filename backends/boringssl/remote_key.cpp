#include "backends/boringssl/remote_key.hpp"

#include "backends/boringssl/bytes.hpp"

#include <algorithm>

namespace postern::tls::boringssl {

namespace {

using answer = signature_slot::answer;

// Without one the message itself is signed.
const EVP_MD* digest_of(signature_scheme scheme) {
    if (scheme == signature_scheme::rsa_pkcs1_md5_sha1) return EVP_md5_sha1();
    return SSL_get_signature_algorithm_digest(static_cast<std::uint16_t>(scheme));
}

signature_scheme scheme_of(std::uint16_t number) {
    if (number == SSL_SIGN_RSA_PKCS1_MD5_SHA1) return signature_scheme::rsa_pkcs1_md5_sha1;
    return static_cast<signature_scheme>(number); // others that there are not are refused later
}

ssl_private_key_result_t hand_over(
    const signature_slot& slot, std::uint8_t* out, std::size_t* length, std::size_t room
) {
    auto& made = slot.signature();
    if (made.size() > room) return ssl_private_key_failure;
    std::copy(made.begin(), made.end(), out);
    *length = made.size();
    return ssl_private_key_success;
}

ssl_private_key_result_t sign(
    SSL* ssl,
    std::uint8_t* out,
    std::size_t* length,
    std::size_t room,
    std::uint16_t number,
    const std::uint8_t* in,
    std::size_t size
) {
    auto scheme = scheme_of(number);
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned digest_size = 0;
    auto bytes = std::as_bytes(std::span(in, size));
    if (auto* md = digest_of(scheme)) {
        if (EVP_Digest(in, size, digest, &digest_size, md, nullptr) != 1)
            return ssl_private_key_failure;
        bytes = std::as_bytes(std::span(digest, digest_size));
    }
    auto& slot = connection_of(ssl).signing;
    switch (slot.ask(scheme, bytes)) {
    case answer::later: return ssl_private_key_retry;
    case answer::here: return hand_over(slot, out, length, room);
    case answer::refused: break;
    }
    return ssl_private_key_failure;
}

ssl_private_key_result_t complete(
    SSL* ssl, std::uint8_t* out, std::size_t* length, std::size_t room
) {
    auto& slot = connection_of(ssl).signing;
    switch (slot.again()) {
    case answer::later: return ssl_private_key_retry;
    case answer::here: return hand_over(slot, out, length, room);
    case answer::refused: break;
    }
    return ssl_private_key_failure;
}

// RSA key exchange, whose suites are left out of the list: raw decryption would also forge
// signatures.
ssl_private_key_result_t decrypt(
    SSL*, std::uint8_t*, std::size_t*, std::size_t, const std::uint8_t*, std::size_t
) {
    return ssl_private_key_failure;
}

}

const SSL_PRIVATE_KEY_METHOD* remote_key() {
    static const SSL_PRIVATE_KEY_METHOD one{sign, decrypt, complete};
    return &one;
}

}
