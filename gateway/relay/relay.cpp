#include "gateway/relay/relay.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// What is read at a time, and so the most that a slow receiver leaves with us.
constexpr std::size_t chunk = 32 * 1024;
// Chunks before other sessions get their turn.
constexpr int chunks_a_turn = 16;

}

// What waits owns the relay.
void relay::way::go_on(error_code ec) { std::exchange(whole, nullptr)->woken(*this, ec); }

void relay::start(
    connection& client, connection& upstream, std::string first, patience& idle, patience& linger
) {
    up_.from = down_.to = &client;
    down_.from = up_.to = &upstream;
    up_.rest = std::move(first);
    linger_ = &linger;
    watch(idle);
    advance_safely(up_);
    advance_safely(down_);
    look_whether_over();
}

void relay::await(connection& on, stream_socket::wait_type what, way& w) {
    w.whole = shared_from_this();
    on.socket().wait(what, w);
}

void relay::woken(way& w, error_code ec) {
    if (told_) return;
    bool stopped = w.from->stopped() || w.to->stopped();
    if (ec)
        end_all({party::gateway, stopped ? make_error_code(errc::shutting_down) : ec});
    else
        advance_safely(w);
    look_whether_over();
}

// Nothing may escape into the loop: a session without memory ends alone.
void relay::advance_safely(way& w) {
    try {
        advance(w);
    } catch (const std::exception&) {
        end_all({party::gateway, make_error_code(boost::system::errc::not_enough_memory)});
    }
}

void relay::advance(way& w) {
    for (int turn = 0; turn < chunks_a_turn; ++turn) {
        if (w.over || !deliver(w)) return;
        if (w.at_end) return close(w);
        if (std::exchange(w.drained, false)) return await(*w.from, stream_socket::wait_read, w);
        if (!fetch(w)) return;
    }
    auto go_on = [self = shared_from_this(), &w] { self->woken(w, {}); };
    asio::post(w.from->socket().get_executor(), std::move(go_on));
}

// True when the receiver has everything; otherwise the way waits for room, or is over.
bool relay::deliver(way& w) {
    if (!w.rest.empty()) {
        auto taken = w.to->push(w.rest);
        if (!taken) return abandon(w, receiver(w), taken.error()), false;
        if (*taken > 0) heard();
        if (*taken == w.rest.size())
            w.rest = std::string(); // its memory too
        else
            w.rest.erase(0, *taken);
    }
    if (w.to->unsent()) {
        if (auto sent = w.to->flush(); !sent) return abandon(w, receiver(w), sent.error()), false;
        heard(); // there was room again, so the receiver is alive
    }
    if (w.rest.empty() && !w.to->unsent()) return true;
    await(*w.to, stream_socket::wait_write, w);
    return false;
}

// Passes on what is there. False: the way waits, or is over.
bool relay::fetch(way& w) {
    auto seen = w.from->look(chunk);
    switch (seen.what) {
    case glance::found::bytes:
        heard();
        w.drained = !seen.more;
        pass(w, seen.bytes);
        return !w.over;
    case glance::found::nothing:
        if (seen.more) return true;
        await(*w.from, stream_socket::wait_read, w);
        return false;
    case glance::found::failure: be_brief(); [[fallthrough]];
    case glance::found::end: break;
    }
    note({sender(w), seen.why});
    w.at_end = true;
    return true;
}

void relay::pass(way& w, std::string_view bytes) {
    auto taken = w.to->push(bytes);
    if (!taken) return abandon(w, receiver(w), taken.error());
    if (*taken < bytes.size()) w.rest.assign(bytes.substr(*taken));
}

// The sender has finished and all it said was delivered: the receiver hears of it.
void relay::close(way& w) {
    if (!std::exchange(w.farewell, true)) {
        w.to->say_goodbye();
        if (!deliver(w)) return;
    }
    w.over = true;
    if (!other(w).over) w.to->shut_down_sending(); // else it is closed at once
    if (&w == &down_) be_brief();
}

// The receiver takes no more. What it has said itself may still be on its way to the other.
void relay::abandon(way& w, party by, error_code why) {
    note({by, why});
    w.rest = std::string();
    w.over = true;
    be_brief();
}

void relay::be_brief() {
    if (linger_) watch(*std::exchange(linger_, nullptr));
}

void relay::too_silent() {
    auto self = shared_from_this();
    end_all({party::gateway, make_error_code(errc::timed_out)});
    look_whether_over();
}

void relay::end_all(ending why) {
    note(why);
    up_.over = down_.over = true;
    for (auto* side : {up_.from, up_.to}) {
        side->say_goodbye();
        if (!side->stopped()) (void)side->flush();
        side->stop();
    }
}

void relay::note(ending e) {
    if (e.why == errc::shutting_down) e.by = party::gateway;
    if (!end_) end_ = e;
}

void relay::look_whether_over() {
    if (told_ || !up_.over || !down_.over) return;
    told_ = true;
    forget();
    ended(end_.value_or(ending()));
}

}
