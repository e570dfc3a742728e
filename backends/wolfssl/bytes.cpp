#include "backends/wolfssl/bytes.hpp"

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

int send(WOLFSSL*, char* from, int size, void* self) {
    auto bytes = std::span<const char>(from, static_cast<std::size_t>(size));
    static_cast<connection*>(self)->bytes.write(std::as_bytes(bytes));
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
