// connection: from plain text to TLS.
#include "backends/tls/reception.hpp"
#include "gateway/net/buffers.hpp"
#include "gateway/net/connection.hpp"
#include "gateway/net/turnstile.hpp"

#include <algorithm>

namespace postern::gateway {
using boost::system::error_code;

task<result<void>> connection::start_tls() {
    if (!server_ || engine_) co_return errc::tls_failed;
    trouble_ = "during the TLS handshake"; // until the library knows better
    tls::reception desk(server_);          // what the client offered is forgotten with it
    auto engine = co_await welcome(desk);
    if (!engine) co_return give_up(desk, engine.error());
    engine_ = std::move(*engine);
    auto shaken = co_await shake_hands(desk);
    if (shaken) {
        trouble_ = std::string();
        engine_->settle();
        co_return result<void>();
    }
    (void)flush(); // an alert, if the socket takes it
    auto why = give_up(desk, shaken.error());
    engine_.reset();
    co_return why;
}

// Notes what an operator may want to know of a handshake that failed.
error_code connection::give_up(tls::reception& desk, error_code why) {
    if (why == errc::shutting_down) return why;
    auto how = why == errc::tls_failed  ? tls::ended::by_library
               : why == errc::timed_out ? tls::ended::by_time
               : why == errc::closed    ? tls::ended::by_close
                                        : tls::ended::by_reset;
    failure_ = std::make_unique<tls::failure>(desk.explain(engine_.get(), how));
    return why;
}

// Reads the ClientHello, which decides on the certificate.
task<result<std::unique_ptr<tls::engine>>> connection::welcome(tls::reception& desk) {
    for (;;) {
        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return ready.error();
        auto& cipher = buffers().cipher;
        auto got = receive(cipher.data(), cipher.size());
        if (!got) co_return got.error();
        if (*got == 0) continue;
        std::span arrived(cipher.data(), *got);
        auto state = desk.take(arrived);
        if (state == tls::status::done) {
            if (auto turn = co_await take_turn(desk); !turn) co_return turn.error();
            co_return desk.admit();
        }
        if (state == tls::status::needs_input) continue;
        trouble_ = desk.reason();
        auto alert = desk.farewell();
        if (!alert.empty()) (void)send(alert.data(), alert.size());
        co_return errc::tls_failed;
    }
}

// ssl_handshake_rate: as long as the deadline allows. Who waits owns no engine yet.
task<result<void>> connection::take_turn(tls::reception& desk) {
    turnstile::place mine(handshake_turns());
    auto usual = limit_->at();
    while (!mine.may_pass()) {
        limit_->move_to(std::min(usual, clock::now() + mine.pause()));
        auto woken = co_await wait(stream_socket::wait_error);
        limit_->move_to(usual);
        if (woken) co_return errc::closed; // the socket failed
        if (woken.error() != errc::timed_out) co_return woken.error();
        if (peer_finished()) co_return errc::closed;
        if (clock::now() < usual) continue;
        desk.turn_away("there was no turn in time (ssl_handshake_rate)");
        trouble_ = desk.reason();
        co_return errc::tls_failed;
    }
    co_return result<void>();
}

task<result<void>> connection::shake_hands(tls::reception& desk) {
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
        if (*got == 0) continue;
        desk.overhear(arrived);
        engine_->take(arrived);
    }
}

}
