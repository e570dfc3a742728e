#include "backends/wolfssl/remote_key.hpp"

#include "backends/wolfssl/bytes.hpp"

#include <algorithm>
#include <string_view>

namespace postern::tls::wolfssl {

namespace {

using answer = signature_slot::answer;
using namespace std::string_view_literals;

// What the library wants of a callback: 0 with `out` filled, or an error.
int ask(
    WOLFSSL* ssl, signature_scheme scheme, std::string_view bytes, unsigned char* out, word32* size
) {
    auto& self = connection_of(ssl);
    auto& slot = self.signing;
    auto is = slot.ask(scheme, std::as_bytes(std::span(bytes)));
    while (is == answer::later) {
        self.aside->pause();
        is = slot.again();
    }
    if (is == answer::refused) return SIG_VERIFY_E;
    auto& made = slot.signature();
    if (made.size() > *size) return BUFFER_E;
    std::copy(made.begin(), made.end(), out);
    *size = static_cast<word32>(made.size());
    return 0;
}

std::string_view text(const unsigned char* in, unsigned size) {
    return {reinterpret_cast<const char*>(in), size};
}

int sign_ecdsa(WOLFSSL* ssl, const unsigned char* in, unsigned in_size, unsigned char* out, word32* size, const unsigned char*, unsigned, void*) {
    using enum signature_scheme;
    auto scheme = in_size == 20   ? ecdsa_sha1
                  : in_size == 32 ? ecdsa_sha256
                  : in_size == 48 ? ecdsa_sha384
                                  : ecdsa_sha512; // others do not fit it, and are refused
    return ask(ssl, scheme, text(in, in_size), out, size);
}

// What the library has wrapped around a digest already (RFC 8017 section 9.2, note 1).
struct wrapping {
    signature_scheme scheme;
    std::string_view head;
};
constexpr wrapping wrappings[] = {
    {signature_scheme::rsa_pkcs1_sha1,
     "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"sv                },
    {signature_scheme::rsa_pkcs1_sha256,
     "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv},
    {signature_scheme::rsa_pkcs1_sha384,
     "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"sv},
    {signature_scheme::rsa_pkcs1_sha512,
     "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv},
};

int sign_rsa(WOLFSSL* ssl, const unsigned char* in, unsigned in_size, unsigned char* out, word32* size, const unsigned char*, unsigned, void*) {
    auto whole = text(in, in_size);
    if (whole.size() == 36) // TLS 1.1 and older: MD5 and SHA-1, and nothing around them
        return ask(ssl, signature_scheme::rsa_pkcs1_md5_sha1, whole, out, size);
    for (auto& w : wrappings)
        if (whole.starts_with(w.head))
            return ask(ssl, w.scheme, whole.substr(w.head.size()), out, size);
    return SIG_VERIFY_E;
}

int sign_pss(WOLFSSL* ssl, const unsigned char* in, unsigned in_size, unsigned char* out, unsigned* size, int, int, const unsigned char*, unsigned, void*) {
    using enum signature_scheme;
    auto scheme = in_size == 32 ? rsa_pss_sha256 : in_size == 48 ? rsa_pss_sha384 : rsa_pss_sha512;
    return ask(ssl, scheme, text(in, in_size), out, size);
}

[[maybe_unused]] int
sign_ed25519(WOLFSSL* ssl, const unsigned char* in, unsigned in_size, unsigned char* out, unsigned* size, const unsigned char*, unsigned, void*) {
    return ask(ssl, signature_scheme::ed25519, text(in, in_size), out, size);
}

// The library would verify an RSA signature with the private key that is not here. Whoever has
// made it has verified it.
int trust(WOLFSSL*, unsigned char*, unsigned, unsigned char**, const unsigned char*, unsigned, void*) {
    return 0;
}
int trust_pss(WOLFSSL*, unsigned char*, unsigned, unsigned char**, int, int, const unsigned char*, unsigned, void*) {
    return 0;
}

}

void use_remote_key(WOLFSSL_CTX* ctx) {
    wolfSSL_CTX_SetEccSignCb(ctx, sign_ecdsa);
    wolfSSL_CTX_SetRsaSignCb(ctx, sign_rsa);
    wolfSSL_CTX_SetRsaSignCheckCb(ctx, trust);
    wolfSSL_CTX_SetRsaPssSignCb(ctx, sign_pss);
    wolfSSL_CTX_SetRsaPssSignCheckCb(ctx, trust_pss);
#ifdef HAVE_ED25519
    wolfSSL_CTX_SetEd25519SignCb(ctx, sign_ed25519);
#endif
}

}
