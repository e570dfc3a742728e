#include "backends/boringssl/map_extras.hpp"

#include "backends/boringssl/bytes.hpp"

namespace postern::tls::boringssl {

namespace {

int slot() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

void log_line(const SSL* ssl, const char* line) {
    if (!connection_of(ssl).sessions) return; // a rehearsal
    auto* log = static_cast<const key_log*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), slot()));
    if (log) log->write(line);
}

}

void use_key_log(SSL_CTX* ctx, const key_log* log) {
    if (!log) return;
    SSL_CTX_set_ex_data(ctx, slot(), const_cast<key_log*>(log));
    SSL_CTX_set_keylog_callback(ctx, log_line);
}

// The library copies it; for a connection, since a context's would still be sent when it is old.
void use_staple(SSL* ssl, const staple& one) {
    if (!one.holds_at(std::chrono::system_clock::now())) return;
    auto* bytes = reinterpret_cast<const std::uint8_t*>(one.response.data());
    if (SSL_set_ocsp_response(ssl, bytes, one.response.size()) != 1) ERR_clear_error();
}

}
