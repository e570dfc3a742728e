#include "backends/boringssl/engine.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/cipher_names.hpp"

#include <algorithm>
#include <climits>

namespace postern::tls::boringssl {

namespace {

// RFC 8446 section 5.1: a record holds so many bytes of plain text
constexpr std::size_t longest_record = 16384;

std::string with_alert(std::string words, const char* way, int number) {
    words += words.empty() ? "alert " : ", alert ";
    words += way;
    words += ": ";
    words += alert_name(static_cast<std::uint8_t>(number));
    return words;
}

}

library_engine::library_engine(
    ssl_handle ssl,
    std::shared_ptr<const void> keeps,
    const resumption* sessions,
    const demand* asks
)
    : keeps_(std::move(keeps)), ssl_(std::move(ssl)) {
    self_.sessions = sessions;
    self_.asks = asks;
    if (ssl_ && join(ssl_.get(), self_)) return;
    ssl_.reset();
    over_ = status::failed;
    reason_ = "the TLS library has no memory";
    ERR_clear_error();
}

progress library_engine::handshake() {
    if (over_ != status::done) return {over_};
    ERR_clear_error();
    auto result = SSL_do_handshake(ssl_.get());
    if (result != 1) return stopped(result);
    note_facts();
    if (self_.upstream && !self_.upstream->check.passed() && !facts_.resumed)
        return end(status::failed); // nobody looked at the certificate: never so far
    return {};
}

progress library_engine::decrypt(std::span<std::byte> plain) {
    if (over_ != status::done) return {over_};
    if (plain.empty()) return {};
    ERR_clear_error();
    auto room = std::min<std::size_t>(plain.size(), INT_MAX);
    auto got = SSL_read(ssl_.get(), plain.data(), static_cast<int>(room));
    if (got <= 0) return stopped(got);
    return {status::done, static_cast<std::size_t>(got)};
}

progress library_engine::encrypt(std::span<const std::byte> plain) {
    if (over_ == status::failed || goodbye_)
        return {over_ == status::done ? status::closed : over_};
    if (plain.empty()) return {};
    ERR_clear_error();
    auto bytes = std::min(plain.size(), longest_record);
    auto taken = SSL_write(ssl_.get(), plain.data(), static_cast<int>(bytes));
    if (taken <= 0) return stopped(taken);
    return {status::done, static_cast<std::size_t>(taken)};
}

progress library_engine::say_goodbye() {
    if (over_ == status::failed || goodbye_) return {over_};
    goodbye_ = true;
    SSL_shutdown(ssl_.get()); // fails in the middle of a handshake, where nothing is owed
    ERR_clear_error();
    return {};
}

progress library_engine::stopped(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {status::needs_input};
    case SSL_ERROR_WANT_PRIVATE_KEY_OPERATION: return {status::needs_signature};
    case SSL_ERROR_ZERO_RETURN: return end(status::closed);
    default: return end(status::failed);
    }
}

progress library_engine::end(status how) {
    over_ = how;
    if (how == status::failed) {
        reason_ = explain();
        forget_session();
    }
    ERR_clear_error();
    return {how};
}

// RFC 5246 section 7.2.2: the session of a connection that failed is resumed no more. Only once the
// handshake is done, lest anybody who saw a session's id could have it forgotten.
void library_engine::forget_session() {
    if (!self_.sessions || facts_.protocol.empty()) return;
    unsigned length = 0;
    if (auto* session = SSL_get_session(ssl_.get())) {
        auto* id = SSL_SESSION_get_id(session, &length);
        self_.sessions->drop(std::as_bytes(std::span(id, length)));
    }
}

std::string library_engine::explain() const {
    auto words = last_words();
    if (self_.upstream && !self_.upstream->check.reason().empty())
        words = self_.upstream->check.reason();
    auto [sent, received] = self_.fatal;
    if (received > 0) return with_alert(words, "received", received);
    if (sent > 0) return with_alert(words, "sent", sent);
    return words.empty() ? "the TLS library failed without a reason" : words;
}

void library_engine::note_facts() {
    auto* ssl = ssl_.get();
    facts_.protocol = SSL_get_version(ssl);
    if (auto* cipher = SSL_get_current_cipher(ssl)) {
        auto* known = find_suite(SSL_CIPHER_get_protocol_id(cipher));
        facts_.cipher = known ? known->name : SSL_CIPHER_get_name(cipher);
    }
    if (auto* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) facts_.server_name = name;
    const std::uint8_t* alpn = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl, &alpn, &length);
    if (length > 0) facts_.alpn.assign(reinterpret_cast<const char*>(alpn), length);
    facts_.resumed = SSL_session_reused(ssl) == 1;
    facts_.shown = self_.shown;
    facts_.asked = self_.asks && self_.asks->asks;
}

}
