#pragma once

#include "backends/tls/capability.hpp"
#include "backends/tls/engine.hpp"

#include <memory>
#include <span>
#include <string>

// wolfSSL's headers and its handles. No other file includes <wolfssl/...>, so that options.h, which
// says how the library was built and decides the layout of its structures, always comes before the
// others; and the standard's headers before them all, since 5.9 hides parts of <wchar.h>.
// clang-format off
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/error-ssl.h>
#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/rsa.h>
#include <wolfssl/wolfcrypt/signature.h>
#include <wolfssl/wolfcrypt/sha.h>
#include <wolfssl/wolfcrypt/sha256.h>
// clang-format on

#if !defined(LIBWOLFSSL_VERSION_HEX) || LIBWOLFSSL_VERSION_HEX < 0x05005000
#error "postern needs wolfSSL 5.5 or newer"
#endif
#if !defined(OPENSSL_EXTRA) || !defined(HAVE_EXT_CACHE) || defined(NO_SESSION_CACHE)
#error "postern needs a wolfSSL with --enable-opensslextra and -DHAVE_EXT_CACHE (session callbacks)"
#endif
#if !defined(HAVE_SESSION_TICKET) || !defined(HAVE_ALPN) || !defined(HAVE_SNI)
#error "postern needs a wolfSSL with --enable-session-ticket, --enable-alpn and --enable-sni"
#endif
#if !defined(HAVE_SERVER_RENEGOTIATION_INFO) // RFC 5746: OpenSSL 3's clients insist on it
#error "postern needs a wolfSSL with --enable-secure-renegotiation-info (on unless switched off)"
#endif
#if !defined(HAVE_AESGCM) || defined(NO_AES) || defined(NO_SHA256) || defined(NO_SHA)
#error "postern needs a wolfSSL with AES-GCM, SHA-256 and SHA-1 (they are on unless switched off)"
#endif
#if !defined(HAVE_PK_CALLBACKS) || !defined(HAVE_ECC) || defined(NO_RSA) || !defined(WC_RSA_PSS)
#error "postern needs a wolfSSL with RSA, PSS, ECC and --enable-pkcallbacks (ssl_key_process)"
#endif
#if defined(NO_WOLFSSL_SERVER) || defined(NO_WOLFSSL_CLIENT)
#error "postern needs both sides of wolfSSL: the client's proves a key by a handshake in memory"
#endif

namespace postern::tls::wolfssl {

template <auto Free> struct frees {
    template <class T> void operator()(T* it) const { Free(it); }
};

using ctx_handle = std::unique_ptr<WOLFSSL_CTX, frees<wolfSSL_CTX_free>>;
using ssl_handle = std::unique_ptr<WOLFSSL, frees<wolfSSL_free>>;
using session_handle = std::unique_ptr<WOLFSSL_SESSION, frees<wolfSSL_SESSION_free>>;

// capabilities.cpp: what this build of the library can do.
std::span<const capability> capabilities();

// errors.cpp. The library collects errors per thread and never forgets them by itself: a stale one
// would explain the wrong failure, and the list would grow. So each step begins with this.
void forget_errors() noexcept;

// The library's words for one of its codes, whichever sign it has.
std::string words_for(long code);

// The library's words for the error it noted last on this thread; empty when it noted none.
std::string last_words();

// The fatal alerts of a connection.
alerts alerts_of(WOLFSSL*);

// The alert that a failed handshake deserves.
std::uint8_t alert_for(long code);

// What ended a connection, with the alert that was sent or received, if any.
std::string words_for(WOLFSSL*, long code);

}
