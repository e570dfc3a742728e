// connection: from plain text to TLS.
#include "backends/tls/reception.hpp"
#include "gateway/net/buffers.hpp"
#include "gateway/net/connection.hpp"

namespace postern::gateway {

task<result<void>> connection::start_tls() {
    if ((!server_ && !upstream_) || engine_) co_return errc::tls_failed;
    trouble_ = "during the TLS handshake"; // until the library knows better
    auto engine = co_await begin_tls();
    if (!engine) co_return engine.error();
    engine_ = std::move(*engine);
    auto shaken = co_await shake_hands();
    if (shaken) {
        trouble_ = std::string();
        engine_->settle();
        co_return result<void>();
    }
    (void)flush(); // an alert, if the socket takes it
    engine_.reset();
    co_return shaken.error();
}

task<result<std::unique_ptr<tls::engine>>> connection::begin_tls() {
    if (upstream_) co_return upstream_->by->connect(upstream_->to);
    co_return co_await welcome();
}

// Reads the ClientHello, which decides on the certificate.
task<result<std::unique_ptr<tls::engine>>> connection::welcome() {
    tls::reception desk(server_);
    for (;;) {
        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return ready.error();
        auto& cipher = buffers().cipher;
        auto got = receive(cipher.data(), cipher.size());
        if (!got) co_return got.error();
        if (*got == 0) continue;
        std::span arrived(cipher.data(), *got);
        auto state = desk.take(arrived);
        if (state == tls::status::done) co_return desk.admit();
        if (state == tls::status::needs_input) continue;
        trouble_ = desk.reason();
        auto alert = desk.farewell();
        if (!alert.empty()) (void)send(alert.data(), alert.size());
        co_return errc::tls_failed;
    }
}

task<result<void>> connection::shake_hands() {
    for (;;) {
        auto p = engine_->handshake();
        // What came behind the handshake waits inside the engine: the buffer is everybody's.
        if (p.state == tls::status::done) engine_->park();
        if (p.state == tls::status::failed) co_return tls_failed();
        if (p.state == tls::status::closed) co_return errc::closed;
        if (auto sent = co_await send_rest(); !sent) co_return sent.error();
        if (p.state == tls::status::done) co_return result<void>();

        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return ready.error();
        auto& cipher = buffers().cipher;
        auto got = receive(cipher.data(), cipher.size());
        if (!got) co_return got.error();
        std::span arrived(cipher.data(), *got);
        if (*got > 0) engine_->take(arrived);
    }
}

}
