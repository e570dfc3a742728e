#include "backends/tls/alerts.hpp"
#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

void forget_errors() noexcept { wolfSSL_ERR_clear_error(); }

std::string words_for(long code) {
    const auto* words = wolfSSL_ERR_reason_error_string(static_cast<unsigned long>(code));
    if (!words || !*words) return "error " + std::to_string(code);
    return words;
}

std::string last_words() {
    auto code = wolfSSL_ERR_peek_last_error();
    return code == 0 ? std::string() : words_for(static_cast<long>(code));
}

alerts alerts_of(WOLFSSL* ssl) {
    WOLFSSL_ALERT_HISTORY all{};
    if (wolfSSL_get_alert_history(ssl, &all) != WOLFSSL_SUCCESS) return {};
    auto fatal = [](const WOLFSSL_ALERT& one) { return one.level == alert_fatal ? one.code : -1; };
    return {fatal(all.last_tx), fatal(all.last_rx)};
}

std::string words_for(WOLFSSL* ssl, long code) {
    // wolfSSL_get_error() borrows some codes from OpenSSL, for which the table has no words. They
    // are about sockets, which an engine has none of, so the first cause is in the list.
    auto text = code > 0 ? last_words() : words_for(code);
    if (text.empty()) text = "the TLS library failed without a reason";
    auto add = [&](int alert, const char* how) {
        if (alert < 0) return;
        text += how;
        text += alert_name(static_cast<std::uint8_t>(alert));
    };
    auto [sent, received] = alerts_of(ssl);
    add(received, "; alert received: ");
    add(sent, "; alert sent: ");
    return text;
}

std::uint8_t alert_for(long code) {
    switch (code) {
    case UNKNOWN_RECORD_TYPE:
    case UNKNOWN_HANDSHAKE_TYPE:
    case OUT_OF_ORDER_E:
    case SANITY_MSG_E:
    case DUPLICATE_MSG_E:
    case NO_CHANGE_CIPHER_E: return alert::unexpected_message;
    case BUFFER_ERROR:
    case BUFFER_E:
    case INCOMPLETE_DATA:
    case LENGTH_ERROR: return alert::decode_error;
    case VERSION_ERROR: return alert::protocol_version;
    case BAD_BINDER:
    case VERIFY_FINISHED_ERROR: return alert::decrypt_error;
    case BAD_KEY_SHARE_DATA:
    case ECC_PEERKEY_ERROR:
    case HANDSHAKE_SIZE_ERROR:
    case HRR_COOKIE_ERROR:
    case INVALID_PARAMETER:
    case PEER_KEY_ERROR: return alert::illegal_parameter;
    default: return alert::handshake_failure;
    }
}

}
