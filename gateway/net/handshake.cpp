// connection: from plain text to TLS.
#include "backends/tls/reception.hpp"
#include "gateway/net/buffers.hpp"
#include "gateway/net/connection.hpp"
#include "gateway/net/turnstile.hpp"
#include "gateway/signing/signing_client.hpp"
#include "protocols/budget.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace postern::gateway {
using boost::system::error_code;

// What is read at a time: a record, and so hardly more than what an engine may have to keep.
static constexpr std::size_t handshake_chunk = 16 * 1024 + 256;

static bool is_late(error_code why) { return why == errc::timed_out || why == errc::too_slow; }

task<result<void>> connection::start_tls() {
    if ((!server_ && !upstream_) || engine_) co_return errc::tls_failed;
    in_the_middle_ = true;
    trouble_ = "during the TLS handshake"; // until the library knows better
    tls::reception desk(server_);          // what the client offered is forgotten with it
    auto engine = co_await begin_tls(desk);
    if (!engine) co_return give_up(desk, engine.error());
    engine_ = std::move(*engine);
    auto shaken = co_await shake_hands(desk);
    if (shaken) {
        in_the_middle_ = false;
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
    if (upstream_) {
        if (engine_)
            failure_ = std::make_unique<tls::failure>(tls::failure_of(*engine_, "the upstream"));
        return why;
    }
    auto how = why == errc::tls_failed ? tls::ended::by_library
               : is_late(why)          ? tls::ended::by_time
               : why == errc::closed   ? tls::ended::by_close
                                       : tls::ended::by_reset;
    failure_ = std::make_unique<tls::failure>(desk.explain(engine_.get(), how));
    if (why == errc::too_many_bytes || why == errc::too_much_memory) {
        failure_->reason = why.message();
        failure_->silent = false;
        failure_->hint = "no mail program needs so much: a scanner, or an attack";
    }
    return why;
}

task<result<std::unique_ptr<tls::engine>>> connection::begin_tls(tls::reception& desk) {
    if (upstream_) co_return upstream_->by->connect(upstream_->to);
    co_return co_await welcome(desk);
}

// Reads the ClientHello, which decides on the certificate.
task<result<std::unique_ptr<tls::engine>>> connection::welcome(tls::reception& desk) {
    for (;;) {
        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return ready.error();
        auto& cipher = buffers().cipher;
        auto got = receive(cipher.data(), handshake_chunk);
        if (!got) co_return got.error();
        if (*got == 0) continue;
        std::span arrived(cipher.data(), *got);
        auto state = desk.take(arrived);
        if (state == tls::status::done) {
            if (auto turn = co_await take_turn(desk); !turn) co_return turn.error();
            co_return desk.admit();
        }
        if (state == tls::status::needs_input) {
            auto room = spent_ ? spent_->hold(desk.held()) : result<void>();
            if (!room) co_return room.error();
            continue;
        }
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
        if (!is_late(woken.error())) co_return woken.error();
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
        auto got = receive(cipher.data(), handshake_chunk);
        if (!got) co_return got.error();
        std::span arrived(cipher.data(), *got);
        if (*got == 0) continue;
        desk.overhear(arrived);
        engine_->take(arrived);
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
