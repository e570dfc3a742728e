#include "backends/boringssl/context.hpp"

namespace postern::tls::boringssl {

namespace {

// RFC 7301 section 3.2. `reception` has refused strangers already; this is the second lock.
int select_protocol(
    SSL*,
    const std::uint8_t** out,
    std::uint8_t* length,
    const std::uint8_t* offered,
    unsigned size,
    void* user
) {
    auto& ours = *static_cast<const std::string*>(user);
    auto* at = offered;
    for (auto* end = offered + size; at < end && at + 1 + *at <= end; at += 1 + *at) {
        std::string_view name(reinterpret_cast<const char*>(at + 1), *at);
        if (name != ours) continue;
        *out = at + 1;
        *length = *at;
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void note_alert(const SSL* ssl, int what, int value) {
    auto fatal = value >> 8 == SSL3_AL_FATAL;
    if (!fatal) return;
    auto& self = connection_of(ssl);
    if (what == SSL_CB_READ_ALERT) self.alert_received = value & 0xff;
    if (what == SSL_CB_WRITE_ALERT) self.alert_sent = value & 0xff;
}

}

void watch_alerts(SSL_CTX* ctx) { SSL_CTX_set_info_callback(ctx, note_alert); }

server_context::server_context(context_parts parts) : parts_(std::move(parts)) {
    auto* ctx = parts_.ctx.get();
    watch_alerts(ctx);
    if (!parts_.alpn.empty()) SSL_CTX_set_alpn_select_cb(ctx, select_protocol, &parts_.alpn);
}

std::unique_ptr<engine> server_context::start(const resumption* sessions) const {
    ssl_handle ssl(SSL_new(parts_.ctx.get()));
    if (ssl) {
        SSL_set_accept_state(ssl.get());
        // It does so by itself at the end of the handshake, if it knows beforehand.
        SSL_set_shed_handshake_config(ssl.get(), 1);
    }
    auto made = std::make_unique<library_engine>(
        std::move(ssl), shared_from_this(), sessions, &parts_.asks
    );
    made->sign_with(parts_.elsewhere);
    return made;
}

}
