#include "backends/wolfssl/engine.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/cipher_names.hpp"
#include "backends/wolfssl/client.hpp"
#include "backends/wolfssl/map_extras.hpp"
#include "backends/wolfssl/map_verify.hpp"

#include <algorithm>

namespace postern::tls::wolfssl {

namespace {

constexpr std::size_t record_bytes = 16384; // of plain text (RFC 8446 section 5.1)
constexpr std::uint16_t record_version = 0x0303;

std::string server_name_of(WOLFSSL* ssl) {
    void* name = nullptr;
    auto size = wolfSSL_SNI_GetRequest(ssl, WOLFSSL_SNI_HOST_NAME, &name);
    return name && size ? std::string(static_cast<const char*>(name), size) : std::string();
}

std::string alpn_of(WOLFSSL* ssl) {
    char* name = nullptr;
    unsigned short size = 0;
    if (wolfSSL_ALPN_GetProtocol(ssl, &name, &size) != WOLFSSL_SUCCESS || !name) return {};
    return {name, size};
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
    if (!ssl_) {
        failed("out of memory");
        return;
    }
    join(ssl_.get(), self_);
}

void library_engine::log_keys_to(const key_log* secrets) {
    if (ssl_) use_key_log(ssl_.get(), self_, secrets);
}

progress library_engine::handshake() {
    if (over_ != status::done) return {over_};
    if (self_.aside) return handshake_aside();
    forget_errors();
    return shaken(step());
}

int library_engine::step() {
    return self_.upstream ? wolfSSL_connect(ssl_.get()) : wolfSSL_accept(ssl_.get());
}

// The library pauses in the middle of its call while the signature is made.
progress library_engine::handshake_aside() {
    auto& aside = *self_.aside;
    if (aside.paused()) {
        if (self_.signing.wanted()) return {status::needs_signature};
        aside.go_on();
    } else {
        forget_errors();
        if (!aside.run([this] { return step(); })) return failed("out of memory");
    }
    if (aside.paused()) return {status::needs_signature};
    return shaken(aside.result());
}

progress library_engine::shaken(int result) {
    if (self_.shown || self_.upstream) forget_chain(ssl_.get());
    if (result != WOLFSSL_SUCCESS) return stopped(result);
    self_.established = true;
    log_master_secret(ssl_.get());
    note_facts();
    if (self_.upstream && !self_.upstream->check.passed() && !facts_.resumed)
        return failed("nobody looked at the upstream's certificate"); // never so far
    return {};
}

void library_engine::sign_with(std::optional<key_id> key) {
    self_.signing.key = key;
    if (key) self_.aside = std::make_unique<side_stack>();
}

// A call that is paused must end before what it works on goes.
library_engine::~library_engine() {
    while (self_.aside && self_.aside->paused()) {
        self_.signing.give({});
        self_.aside->go_on();
    }
}

progress library_engine::decrypt(std::span<std::byte> plain) {
    if (over_ != status::done) return {over_};
    if (plain.empty()) return {};
    forget_errors();
    auto room = std::min(plain.size(), record_bytes);
    auto got = wolfSSL_read(ssl_.get(), plain.data(), static_cast<int>(room));
    if (self_.upstream) keep_session(ssl_.get());
    if (got <= 0) return stopped(got);
    self_.records.data_came();
    return {status::done, static_cast<std::size_t>(got)};
}

progress library_engine::encrypt(std::span<const std::byte> plain) {
    if (over_ == status::failed) return {over_}; // a peer that said goodbye may still listen
    if (goodbye_) return {status::closed};
    if (plain.empty()) return {};
    forget_errors();
    auto some = std::min(plain.size(), record_bytes);
    auto taken = wolfSSL_write(ssl_.get(), plain.data(), static_cast<int>(some));
    if (taken <= 0) return stopped(taken);
    return {status::done, static_cast<std::size_t>(taken)};
}

progress library_engine::say_goodbye() {
    if (over_ == status::failed) return {over_};
    if (std::exchange(goodbye_, true))
        return {}; // twice would make the library wait for the peer's
    forget_errors();
    auto result = wolfSSL_shutdown(ssl_.get());
    // When the peer has closed before, the library clears the whole connection for another use.
    if (result == WOLFSSL_SUCCESS) over_ = status::closed;
    if (result == WOLFSSL_SUCCESS || result == WOLFSSL_SHUTDOWN_NOT_DONE) return {};
    return stopped(result);
}

void library_engine::park() { self_.bytes.park(); }

void library_engine::settle() {
    if (over_ != status::done) return;
    self_.aside.reset();
    wolfSSL_FreeHandshakeResources(ssl_.get());
    // Builds with post-handshake authentication keep these for a client certificate that is asked
    // for later, which never happens here.
    wolfSSL_FreeArrays(ssl_.get());
}

progress library_engine::stopped(int result) {
    switch (auto code = wolfSSL_get_error(ssl_.get(), result)) {
    case WOLFSSL_ERROR_WANT_READ: return {status::needs_input};
    case WOLFSSL_ERROR_ZERO_RETURN: over_ = status::closed; return {over_};
    default:
        if (self_.records.too_many())
            return failed("too many records without data, or key updates");
        return failed(words_for(ssl_.get(), code) + add_alert(code));
    }
}

// 5.5 ends many handshakes without a word. Here the client learns why, as long as it can be said in
// clear. Gives what is to be told of it.
std::string library_engine::add_alert(long code) {
    WOLFSSL_ALERT_HISTORY alerts{};
    wolfSSL_get_alert_history(ssl_.get(), &alerts);
    auto refused = alerts.last_rx.level == alert_fatal;
    if (!facts_.protocol.empty() || self_.enciphers || self_.alerted || refused) return {};
    self_.alerted = true;
    auto number = alert_for(code);
    added_alert_ = number;
    self_.bytes.write(fatal_alert(number, record_version));
    return "; alert sent: " + std::string(alert_name(number));
}

alerts library_engine::fatal_alerts() const {
    auto out = ssl_ ? alerts_of(ssl_.get()) : alerts();
    if (added_alert_ >= 0) out.sent = added_alert_;
    return out;
}

progress library_engine::failed(std::string why) {
    over_ = status::failed;
    reason_ = std::move(why);
    if (self_.upstream && !self_.upstream->check.reason().empty())
        reason_ = self_.upstream->check.reason() + "; " + reason_;
    forget_session();
    return {over_};
}

// RFC 5246 section 7.2.2: the session of a connection that failed is resumed no more. Only once the
// handshake is done, lest anybody who saw a session's id could have it forgotten.
void library_engine::forget_session() {
    if (!self_.sessions || facts_.protocol.empty()) return;
    unsigned length = 0;
    if (auto* session = wolfSSL_get_session(ssl_.get()))
        if (auto* id = wolfSSL_SESSION_get_id(session, &length))
            self_.sessions->drop(std::as_bytes(std::span(id, length)));
}

void library_engine::note_facts() {
    auto* ssl = ssl_.get();
    facts_.protocol = wolfSSL_get_version(ssl);
    // The library has several names for one suite, and not the same ones in each version.
    auto id = static_cast<std::uint16_t>(wolfSSL_get_current_cipher_suite(ssl));
    if (auto* known = find_suite(id)) facts_.cipher = known->name;
    facts_.server_name = server_name_of(ssl);
    facts_.alpn = alpn_of(ssl);
    facts_.resumed = wolfSSL_session_reused(ssl) != 0;
    facts_.shown = self_.shown;
    facts_.asked = self_.asks && self_.asks->asks;
}

}
