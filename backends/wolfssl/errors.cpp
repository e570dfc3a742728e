#include "backends/tls/alerts.hpp"
#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

void forget_errors() noexcept { wolfSSL_ERR_clear_error(); }

std::string words_for(long code) {
    // The table has no words for the codes that wolfSSL_get_error() borrows from OpenSSL.
    switch (code) {
    case WOLFSSL_ERROR_SYSCALL:
    case SOCKET_PEER_CLOSED_E: return "the peer closed the connection";
    case WOLFSSL_ERROR_SSL: return "TLS error";
    default: break;
    }
    const auto* words = wolfSSL_ERR_reason_error_string(static_cast<unsigned long>(code));
    if (!words || !*words) return "error " + std::to_string(code);
    return words;
}

std::string last_words() {
    auto code = wolfSSL_ERR_peek_last_error();
    return code == 0 ? std::string() : words_for(static_cast<long>(code));
}

std::string words_for(WOLFSSL* ssl, long code) {
    auto text = words_for(code);
    WOLFSSL_ALERT_HISTORY alerts{};
    if (wolfSSL_get_alert_history(ssl, &alerts) != WOLFSSL_SUCCESS) return text;
    auto add = [&](const WOLFSSL_ALERT& one, const char* how) {
        if (one.level != alert_fatal) return;
        text += how;
        text += alert_name(static_cast<std::uint8_t>(one.code));
    };
    add(alerts.last_rx, "; alert received: ");
    add(alerts.last_tx, "; alert sent: ");
    return text;
}

}
