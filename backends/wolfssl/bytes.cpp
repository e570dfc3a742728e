#include "backends/wolfssl/bytes.hpp"

#include "backends/tls/cursor.hpp"

namespace postern::tls::wolfssl {

namespace {

int receive(WOLFSSL*, char* into, int size, void* self) {
    if (size <= 0) return 0; // the library asks so after a shutdown
    auto room = std::span(into, static_cast<std::size_t>(size));
    auto& of = *static_cast<connection*>(self);
    auto got = of.bytes.read(std::as_writable_bytes(room));
    // The library itself answers key updates without end.
    if (of.established && !of.records.pass(std::as_bytes(room.first(got))))
        return WOLFSSL_CBIO_ERR_GENERAL;
    return got == 0 ? WOLFSSL_CBIO_ERR_WANT_READ : static_cast<int>(got);
}

// Whether ChangeCipherSpec or an enciphered record is among these, which are whole.
bool has_secrets(std::span<const std::byte> records) {
    for (cursor at(records); at.more();) {
        auto type = at.number(1);
        at.take(2);
        at.counted(2);
        if (type == 20 || type == 23) return true;
    }
    return false;
}

int send(WOLFSSL* ssl, char* from, int size, void* user) {
    auto& self = *static_cast<connection*>(user);
    if (self.alerted) return size; // 5.5 often follows one alert by another that says less
    auto bytes = std::as_bytes(std::span<const char>(from, static_cast<std::size_t>(size)));
    self.bytes.write(bytes);
    self.enciphers = self.enciphers || has_secrets(bytes);
    WOLFSSL_ALERT_HISTORY alerts{};
    self.alerted = wolfSSL_get_alert_history(ssl, &alerts) == WOLFSSL_SUCCESS &&
                   alerts.last_tx.level == alert_fatal;
    return size;
}

}

void use_wires(WOLFSSL_CTX* ctx) {
    wolfSSL_CTX_SetIORecv(ctx, receive);
    wolfSSL_CTX_SetIOSend(ctx, send);
    // A build with OpenSSL's defaults asks ten times before it believes that nothing is there.
    wolfSSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
    wolfSSL_CTX_set_group_messages(ctx);
}

void join(WOLFSSL* ssl, connection& self) {
    wolfSSL_SetIOReadCtx(ssl, &self);
    wolfSSL_SetIOWriteCtx(ssl, &self);
}

connection& connection_of(WOLFSSL* ssl) {
    return *static_cast<connection*>(wolfSSL_GetIOReadCtx(ssl));
}

}
