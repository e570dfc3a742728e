#pragma once

// BoringSSL's headers and its handles. No other file includes <openssl/...>, so that a missing
// include path cannot silently bring in the system's OpenSSL.
#include <openssl/base.h>

#if !defined(OPENSSL_IS_BORINGSSL)
#error                                                                                             \
    "these are not BoringSSL's headers; give -DBoringSSL_ROOT=, or install android-libboringssl-dev"
#endif

#include "backends/tls/capability.hpp"

#include <openssl/aead.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>

namespace postern::tls::boringssl {

template <auto Free> struct frees {
    template <class T> void operator()(T* it) const { Free(it); }
};

using ctx_handle = std::unique_ptr<SSL_CTX, frees<SSL_CTX_free>>;
using ssl_handle = std::unique_ptr<SSL, frees<SSL_free>>;
using session_handle = std::unique_ptr<SSL_SESSION, frees<SSL_SESSION_free>>;
using key_handle = std::unique_ptr<EVP_PKEY, frees<EVP_PKEY_free>>;
using bio_handle = std::unique_ptr<BIO, frees<BIO_free>>;
using buffer_handle = std::unique_ptr<CRYPTO_BUFFER, frees<CRYPTO_BUFFER_free>>;

// capabilities.cpp: what this library can do.
std::span<const capability> capabilities();

// errors.cpp. Takes the errors that the library has queued on this thread, and gives its words for
// the first one; empty when there was none.
std::string last_words();

// Empty, or why this process must not go on: Debian's shared BoringSSL and OpenSSL's libssl in one
// process answer each other's calls, and crash.
std::string foreign_library();

}
