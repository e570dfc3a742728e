#include "gateway/net/connection.hpp"

#include "gateway/net/buffers.hpp"
#include "gateway/signing/signing_client.hpp"
#include "protocols/budget.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

connection::connection(stream_socket socket, std::shared_ptr<const tls::server> server)
    : socket_(std::move(socket)), server_(std::move(server)) {
    expire_after(60s);
}

connection::connection(
    stream_socket socket, std::shared_ptr<const tls::client> by, tls::destination to
)
    : connection(std::move(socket)) {
    if (by) upstream_ = std::make_unique<way_out>(way_out{std::move(by), std::move(to)});
}

connection::connection(stream_socket socket, std::unique_ptr<tls::engine> engine)
    : connection(std::move(socket)) {
    engine_ = std::move(engine);
}

const tls::facts* connection::tls() const { return engine_ ? &engine_->agreed() : nullptr; }

void connection::expire_after(std::chrono::milliseconds time) {
    auto at = clock::now() + time;
    if (spent_) at = std::min(at, spent_->until());
    if (limit_) return limit_->move_to(at);
    auto call_off = [this] { socket_.cancel(); };
    limit_.emplace(socket_.get_executor(), at, call_off);
}

bool connection::overdue() const { return spent_ && !spent_->last(clock::now()); }

// A wait may end a little before or after its moment: the budget's counts when it was the nearer.
error_code connection::too_late() const { return overdue() ? errc::too_slow : errc::timed_out; }

void connection::keep_time(bool on) {
    if (!limit_ || !spent_) return;
    if (!on) return void(limit_->end());
    limit_->move_to(spent_->until());
    limit_->begin();
}

void connection::say_last(std::string_view words) {
    if (!in_the_middle_ && !words.empty()) (void)push(words);
}

void connection::settle() {
    spent_ = nullptr;
    limit_.reset();
    server_.reset();
    upstream_.reset();
    held_ = std::string();
    wipe_lent();
}

void connection::stop() {
    stopped_ = true;
    if (asked_) asked_->bell.cancel();
    socket_.close();
}

task<result<void>> connection::wait(stream_socket::wait_type what) {
    wipe_lent(); // whoever was shown bytes has copied what it wanted
    if (stopped_) co_return errc::shutting_down;
    if (!limit_ || limit_->passed()) co_return too_late();
    error_code ec;
    limit_->begin();
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, ec));
    bool late = limit_->end();
    if (stopped_) co_return errc::shutting_down;
    if (late) co_return too_late();
    if (ec) co_return ec;
    co_return result<void>();
}

task<result<std::string_view>> connection::read(std::size_t most) {
    if (limit_ && limit_->passed()) co_return too_late(); // also for one who never pauses
    for (;;) {
        auto seen = look(most);
        if (seen.what == glance::found::bytes) co_return seen.bytes;
        if (seen.what != glance::found::nothing) co_return seen.why;
        if (auto sent = co_await send_rest(); !sent) co_return sent.error();
        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return ready.error();
    }
}

// An error_code is a bool too, so it must be said which of the two is meant.
static result<bool> no_answer(error_code why) { return {boost::system::in_place_error, why}; }

task<result<bool>> connection::quiet_for(std::chrono::milliseconds pause) {
    auto usual = limit_->at();
    auto until = std::min(usual, clock::now() + pause);
    for (;;) {
        auto seen = look(1);
        if (seen.what == glance::found::bytes) {
            held_.assign(seen.bytes);
            in_ -= seen.bytes.size();
            co_return false;
        }
        if (seen.what != glance::found::nothing) co_return no_answer(seen.why);
        limit_->move_to(until);
        auto ready = co_await wait(stream_socket::wait_read);
        limit_->move_to(usual);
        if (ready) continue;
        if (ready.error() == errc::timed_out && until < usual) co_return true;
        co_return no_answer(ready.error());
    }
}

task<result<void>> connection::write(std::string_view text) {
    for (;;) {
        auto taken = push(text);
        if (!taken) co_return taken.error();
        text.remove_prefix(*taken);
        in_the_middle_ = !text.empty();
        if (text.empty()) co_return co_await send_rest();
        if (auto room = co_await wait(stream_socket::wait_write); !room) co_return room.error();
    }
}

task<result<void>> connection::send_rest() {
    while (unsent()) {
        if (auto sent = flush(); !sent) co_return sent.error();
        if (!unsent()) break;
        if (auto room = co_await wait(stream_socket::wait_write); !room) co_return room.error();
    }
    co_return result<void>();
}

task<> connection::leave(std::chrono::milliseconds at_most) {
    if (!socket_.is_open()) co_return;
    expire_after(at_most);
    say_goodbye();
    if (auto sent = co_await send_rest(); !sent) co_return;
    if (heard_end_) co_return; // it will be closed now
    shut_down_sending();
    for (std::size_t dropped = 0; dropped < 256 * 1024;) {
        auto got = receive(buffers().cipher.data(), worker_buffers::size);
        if (!got) co_return; // the peer's FIN, or worse
        dropped += *got;
        if (*got > 0) continue;
        if (auto ready = co_await wait(stream_socket::wait_read); !ready) co_return;
    }
}

}
