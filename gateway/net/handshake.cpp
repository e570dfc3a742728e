// connection: from plain text to TLS.
#include "backends/tls/reception.hpp"
#include "gateway/net/buffers.hpp"
#include "gateway/net/connection.hpp"
#include "gateway/signing/signing_client.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

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
        auto waits_here = p.state == tls::status::done || p.state == tls::status::needs_signature;
        if (waits_here) engine_->park();
        if (p.state == tls::status::failed) co_return tls_failed();
        if (p.state == tls::status::closed) co_return errc::closed;
        if (auto sent = co_await send_rest(); !sent) co_return sent.error();
        if (p.state == tls::status::done) co_return result<void>();
        if (p.state == tls::status::needs_signature) {
            if (auto made = co_await have_signed(); !made) co_return made.error();
            continue;
        }

        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return ready.error();
        auto& cipher = buffers().cipher;
        auto got = receive(cipher.data(), cipher.size());
        if (!got) co_return got.error();
        std::span arrived(cipher.data(), *got);
        if (*got > 0) engine_->take(arrived);
    }
}

// Until the signing process answers, or the deadline comes. Meanwhile this loop serves others.
task<result<void>> connection::have_signed() {
    auto* what = engine_->wanted();
    trouble_ = "a signature is needed, and there is no signing process";
    if (!signer_ || !what || !limit_) co_return errc::tls_failed;
    wipe_lent();
    asked_ = signer_->ask(*what, limit_->at());
    auto call = asked_;
    boost::system::error_code rung;
    auto answer = boost::asio::redirect_error(boost::asio::use_awaitable, rung);
    if (!call->answered) co_await call->bell.async_wait(answer);
    asked_.reset();
    if (stopped_) co_return errc::shutting_down;
    trouble_ = "the signing process did not answer in time";
    if (!call->answered) co_return errc::timed_out;
    trouble_ = call->why;
    if (call->signature.empty()) co_return errc::tls_failed;
    trouble_ = "during the TLS handshake";
    std::string_view made = call->signature;
    engine_->take_signature(std::as_bytes(std::span(made)));
    co_return result<void>();
}

}
