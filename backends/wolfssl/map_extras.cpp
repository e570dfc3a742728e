#include "backends/wolfssl/map_extras.hpp"

#include <cstring>
#include <string>

namespace postern::tls::wolfssl {

namespace {

// What the library expects of such a callback; its names came with 5.9.
constexpr int given = 0, nothing_to_send = 3;

// Hands the library a copy of the response, which it frees.
int give_staple(WOLFSSL* ssl, void*) noexcept {
    auto* mine = connection_of(ssl).ocsp;
    if (!mine || !mine->holds_at(std::chrono::system_clock::now())) return nothing_to_send;
    auto size = mine->response.size();
    auto* copy = static_cast<unsigned char*>(XMALLOC(size, nullptr, 0));
    if (!copy) return nothing_to_send;
    std::memcpy(copy, mine->response.data(), size);
    wolfSSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<int>(size));
    return given;
}

// Before 5.9 the library looks for the issuer of its own certificate before it asks for a response,
// and ends the handshake without one. It is in the chain, or the certificate is its own.
bool tell_issuer(WOLFSSL_CTX* ctx, const key_pair& pair) {
#if LIBWOLFSSL_VERSION_HEX < 0x05009000
    auto own = pair.leaf.issuer == pair.leaf.subject;
    if (!own && pair.chain.size() < 2) return false;
    auto& der = own ? pair.chain[0] : pair.chain[1];
    auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    auto size = static_cast<long>(der.size());
    return wolfSSL_CTX_load_verify_buffer(ctx, bytes, size, WOLFSSL_FILETYPE_ASN1) ==
           WOLFSSL_SUCCESS;
#else
    static_cast<void>(ctx);
    static_cast<void>(pair);
    return true;
#endif
}

}

std::optional<config::complaint> use_staple(WOLFSSL_CTX* ctx, const key_pair& pair) {
    if (pair.ocsp.response.empty()) return std::nullopt;
    forget_errors();
    if (!tell_issuer(ctx, pair))
        return config::complaint{
            config::severity::error,
            "ssl_stapling_file",
            "this wolfSSL needs the issuer's certificate to send a response, and \"" +
                pair.certificate_path + "\" does not hold it",
            "put the issuer's certificate behind the server's; wolfSSL 5.9 does not need it"};
    if (wolfSSL_CTX_EnableOCSPStapling(ctx) == WOLFSSL_SUCCESS &&
        wolfSSL_CTX_set_tlsext_status_cb(ctx, give_staple) == WOLFSSL_SUCCESS)
        return std::nullopt;
    return config::complaint{
        config::severity::error, "ssl_stapling_file", "wolfSSL refuses it: " + last_words(), {}};
}

#ifdef HAVE_SECRET_CALLBACK

namespace {

std::string in_hex(std::span<const unsigned char> bytes) {
    std::string out;
    for (auto b : bytes) {
        out += "0123456789abcdef"[b >> 4u];
        out += "0123456789abcdef"[b & 15u];
    }
    return out;
}

void write_secret(WOLFSSL* ssl, const char* label, std::span<const unsigned char> secret) {
    unsigned char random[32];
    auto* log = connection_of(ssl).secrets;
    if (!log || wolfSSL_get_client_random(ssl, random, sizeof random) != sizeof random) return;
    auto line = std::string(label) + ' ' + in_hex(random) + ' ' + in_hex(secret);
    log->write(line);
    wipe(line);
}

// The labels of the NSS key log format.
const char* label_of(int id) {
    switch (id) {
    case CLIENT_HANDSHAKE_TRAFFIC_SECRET: return "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    case SERVER_HANDSHAKE_TRAFFIC_SECRET: return "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    case CLIENT_TRAFFIC_SECRET: return "CLIENT_TRAFFIC_SECRET_0";
    case SERVER_TRAFFIC_SECRET: return "SERVER_TRAFFIC_SECRET_0";
    case EXPORTER_SECRET: return "EXPORTER_SECRET";
    default: return nullptr;
    }
}

int log_secret(WOLFSSL* ssl, int id, const unsigned char* secret, int size, void*) noexcept {
    auto* label = label_of(id);
    if (label && size > 0) write_secret(ssl, label, {secret, static_cast<std::size_t>(size)});
    return 0;
}

}

void use_key_log(WOLFSSL* ssl, connection& self, const key_log* log) {
    if (!log) return;
    self.secrets = log;
    wolfSSL_KeepArrays(ssl); // the client's random, until engine::settle()
    wolfSSL_set_tls13_secret_cb(ssl, log_secret, nullptr);
}

void log_master_secret(WOLFSSL* ssl) {
    if (!connection_of(ssl).secrets || wolfSSL_GetVersion(ssl) == WOLFSSL_TLSV1_3) return;
    unsigned char secret[48];
    auto* session = wolfSSL_get_session(ssl);
    auto size = session ? wolfSSL_SESSION_get_master_key(session, secret, sizeof secret) : 0;
    if (size > 0) write_secret(ssl, "CLIENT_RANDOM", {secret, static_cast<std::size_t>(size)});
    wolfSSL_OPENSSL_cleanse(secret, sizeof secret);
}

#else

// postern does not start with ssl_keylog_file and such a library: see capabilities.cpp.
void use_key_log(WOLFSSL*, connection&, const key_log*) {}
void log_master_secret(WOLFSSL*) {}

#endif

}
