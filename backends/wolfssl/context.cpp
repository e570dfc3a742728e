#include "backends/wolfssl/context.hpp"

namespace postern::tls::wolfssl {

server_context::server_context(
    ctx_handle ctx, key_kind key, std::shared_ptr<const resumption> sessions, std::string alpn
)
    : ctx_(std::move(ctx)), key_(key), sessions_(std::move(sessions)), alpn_(std::move(alpn)) {
    use_wires(ctx_.get());
}

std::unique_ptr<engine> server_context::start(const resumption* sessions) const {
    forget_errors();
    ssl_handle ssl(wolfSSL_new(ctx_.get()));
    // Not the callback that chooses a protocol: 5.5 ignores its refusal. The library copies the
    // name.
    if (ssl && !alpn_.empty()) {
        auto name = alpn_;
        auto size = static_cast<unsigned int>(name.size());
        auto options = static_cast<unsigned char>(WOLFSSL_ALPN_FAILED_ON_MISMATCH);
        if (wolfSSL_UseALPN(ssl.get(), name.data(), size, options) != WOLFSSL_SUCCESS) ssl.reset();
    }
    return std::make_unique<server_engine>(std::move(ssl), shared_from_this(), sessions);
}

}
