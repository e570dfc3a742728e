#include "gateway/relay/relay.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// What is read at a time, and so the most that a slow receiver leaves with us.
constexpr std::size_t chunk = 32 * 1024;
// Chunks before other sessions get their turn.
constexpr int chunks_a_turn = 16;

// One direction. It is not a coroutine: while it waits it is these few words, with no buffer.
struct way {
    connection& from;
    connection& to;
    party sender, receiver;
    std::string rest;      // what the receiver's socket had no room for; usually empty
    bool drained = false;  // the last look took all there was: wait before the next
    bool at_end = false;   // the sender has finished
    bool farewell = false; // ... and the receiver was told so, as far as TLS goes
    bool over = false;
};

class both_ways {
public:
    both_ways(connection& client, connection& upstream, std::string first)
        : timer(client.socket().get_executor()), up_{client,
                                                     upstream,
                                                     party::client,
                                                     party::upstream,
                                                     std::move(first)},
          down_{upstream, client, party::upstream, party::client, {}} {}

    void start() {
        last_ = deadline::clock::now();
        advance_safely(up_);
        advance_safely(down_);
    }

    // The moment at which silence has lasted too long.
    deadline::clock::time_point limit(
        std::chrono::milliseconds idle, std::chrono::milliseconds linger
    ) const {
        return last_ + (brief_ ? std::min(idle, linger) : idle);
    }

    bool over() const { return up_.over && down_.over; }
    bool has_waits() const { return waits_ > 0; }
    ending end() const { return end_.value_or(ending()); }

    // Ends everything. Waits that are going on come back with errors; see has_waits().
    void end_all(ending why) {
        note(why);
        up_.over = down_.over = true;
        for (auto* side : {&up_.from, &up_.to}) {
            side->say_goodbye();
            if (!side->stopped()) (void)side->flush();
            side->stop();
        }
        timer.cancel();
    }

    asio::steady_timer timer; // the coroutine's; cancelled when there is news for it

private:
    struct resume {
        both_ways* whole;
        way* of;
        void operator()(error_code ec = {}) const { whole->woken(*of, ec); }
    };

    void advance(way&);
    void advance_safely(way&);
    bool deliver(way&);
    bool fetch(way&);
    void pass(way&, std::string_view);
    void close(way&);
    void abandon(way&, party by, error_code why);
    void await(way&, connection& on, stream_socket::wait_type);
    void woken(way&, error_code);
    void note(ending e) {
        if (e.why == errc::shutting_down) e.by = party::gateway;
        if (!end_) end_ = e;
    }

    way up_, down_;
    deadline::clock::time_point last_{};
    std::optional<ending> end_;
    int waits_ = 0;
    bool brief_ = false;
};

void both_ways::await(way& w, connection& on, stream_socket::wait_type what) {
    ++waits_;
    on.socket().async_wait(what, resume{this, &w});
}

void both_ways::woken(way& w, error_code ec) {
    --waits_;
    if (over()) return void(timer.cancel());
    bool stopped = w.from.stopped() || w.to.stopped();
    if (ec) return end_all({party::gateway, stopped ? make_error_code(errc::shutting_down) : ec});
    advance_safely(w);
}

// Nothing may escape while handlers know this object: a session without memory ends alone.
void both_ways::advance_safely(way& w) {
    try {
        advance(w);
    } catch (const std::exception&) {
        end_all({party::gateway, make_error_code(boost::system::errc::not_enough_memory)});
    }
}

void both_ways::advance(way& w) {
    for (int turn = 0; turn < chunks_a_turn; ++turn) {
        if (w.over || !deliver(w)) return;
        if (w.at_end) return close(w);
        if (std::exchange(w.drained, false)) return await(w, w.from, stream_socket::wait_read);
        if (!fetch(w)) return;
    }
    ++waits_;
    asio::post(timer.get_executor(), resume{this, &w});
}

// True when the receiver has everything; otherwise the way waits for room, or is over.
bool both_ways::deliver(way& w) {
    if (!w.rest.empty()) {
        auto taken = w.to.push(w.rest);
        if (!taken) return abandon(w, w.receiver, taken.error()), false;
        if (*taken > 0) last_ = deadline::clock::now();
        if (*taken == w.rest.size())
            w.rest = std::string(); // its memory too
        else
            w.rest.erase(0, *taken);
    }
    if (w.to.unsent()) {
        if (auto sent = w.to.flush(); !sent) return abandon(w, w.receiver, sent.error()), false;
        last_ = deadline::clock::now(); // there was room again, so the receiver is alive
    }
    if (w.rest.empty() && !w.to.unsent()) return true;
    await(w, w.to, stream_socket::wait_write);
    return false;
}

// Passes on what is there. False: the way waits, or is over.
bool both_ways::fetch(way& w) {
    auto seen = w.from.look(chunk);
    switch (seen.what) {
    case glance::found::bytes:
        last_ = deadline::clock::now();
        w.drained = !seen.more;
        pass(w, seen.bytes);
        return !w.over;
    case glance::found::nothing:
        if (seen.more) return true;
        await(w, w.from, stream_socket::wait_read);
        return false;
    case glance::found::failure: brief_ = true; [[fallthrough]];
    case glance::found::end: break;
    }
    note({w.sender, seen.why});
    w.at_end = true;
    return true;
}

void both_ways::pass(way& w, std::string_view bytes) {
    auto taken = w.to.push(bytes);
    if (!taken) return abandon(w, w.receiver, taken.error());
    if (*taken < bytes.size()) w.rest.assign(bytes.substr(*taken));
}

// The sender has finished and all it said was delivered: the receiver hears of it.
void both_ways::close(way& w) {
    if (!std::exchange(w.farewell, true)) {
        w.to.say_goodbye();
        if (!deliver(w)) return;
    }
    w.to.shut_down_sending();
    w.over = true;
    if (&w == &down_) brief_ = true;
    timer.cancel();
}

// The receiver takes no more. What it has said itself may still be on its way to the other.
void both_ways::abandon(way& w, party by, error_code why) {
    note({by, why});
    w.rest = std::string();
    w.over = brief_ = true;
    timer.cancel();
}

}

task<ending> relay(
    connection& client,
    connection& upstream,
    std::string first,
    std::chrono::milliseconds idle,
    std::chrono::milliseconds linger
) {
    both_ways both(client, upstream, std::move(first));
    auto token = asio::use_awaitable;
    error_code ignored;
    both.start();
    while (!both.over()) {
        both.timer.expires_at(both.limit(idle, linger));
        co_await both.timer.async_wait(asio::redirect_error(token, ignored));
        if (both.over() || deadline::clock::now() < both.limit(idle, linger)) continue;
        ending silence;
        silence.why = make_error_code(errc::timed_out);
        both.end_all(silence);
    }
    while (both.has_waits()) { // their handlers know this frame
        both.timer.expires_at(deadline::clock::time_point::max());
        co_await both.timer.async_wait(asio::redirect_error(token, ignored));
    }
    co_return both.end();
}

}
