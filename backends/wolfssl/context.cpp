#include "backends/wolfssl/context.hpp"

#include "backends/wolfssl/remote_key.hpp"

namespace postern::tls::wolfssl {

server_context::server_context(context_parts parts) : parts_(std::move(parts)) {
    use_wires(parts_.ctx.get());
    if (parts_.elsewhere) use_remote_key(parts_.ctx.get());
}

std::unique_ptr<engine> server_context::start(const resumption* sessions) const {
    forget_errors();
    ssl_handle ssl(wolfSSL_new(parts_.ctx.get()));
    // Not the callback that chooses a protocol: 5.5 ignores its refusal. The library copies the
    // name.
    if (ssl && !parts_.alpn.empty()) {
        auto name = parts_.alpn;
        auto size = static_cast<unsigned int>(name.size());
        auto options = static_cast<unsigned char>(WOLFSSL_ALPN_FAILED_ON_MISMATCH);
        if (wolfSSL_UseALPN(ssl.get(), name.data(), size, options) != WOLFSSL_SUCCESS) ssl.reset();
    }
    auto made = std::make_unique<library_engine>(
        std::move(ssl), shared_from_this(), sessions, &parts_.asks
    );
    made->sign_with(parts_.elsewhere);
    return made;
}

}
