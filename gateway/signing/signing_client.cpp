#include "gateway/signing/signing_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

const char* words_for(signing_outcome o) {
    switch (o) {
    case signing_outcome::unknown_key: return "the signing process does not know the key";
    case signing_outcome::unreadable_key: return "the signing process cannot read the key";
    case signing_outcome::unfit_key: return "the key cannot make such a signature";
    case signing_outcome::done: break;
    }
    return "the signing process sent no signature";
}

}

struct signing_client::line {
    asio::posix::stream_descriptor socket;
    bool cut = false;

    line(asio::io_context& loop, int fd) : socket(loop, fd) {}
};

signing_client::signing_client(asio::io_context& loop) : loop_(loop) {}

signing_client::~signing_client() { hang_up(); }

void signing_client::hang_up() {
    if (!line_) return;
    line_->cut = true; // its listener must not touch this object again
    line_->socket.close();
    line_.reset();
}

void signing_client::use(descriptor socket) {
    hang_up();
    line_ = std::make_shared<line>(loop_, socket.release());
    // What the former one has not answered, in its order and before what waits.
    for (auto at = asked_.rbegin(); at != asked_.rend(); ++at)
        queue_.push_front(std::move(at->second));
    asked_.clear();
    asio::co_spawn(loop_, listen(line_, *this), asio::detached);
    send_some();
}

std::shared_ptr<signature_call> signing_client::ask(
    const tls::signature_request& request, signature_call::clock::time_point until
) {
    auto call = std::make_shared<signature_call>(loop_.get_executor(), until);
    queue_.push_back({question_of(++last_, request), call});
    send_some();
    return call;
}

void signing_client::send_some() {
    while (line_ && !queue_.empty() && asked_.size() < most_questions) {
        auto next = std::move(queue_.front());
        queue_.pop_front();
        if (next.who.expired()) continue;
        auto number = next.question.number;
        auto& kept = asked_[number] = std::move(next);
        auto& q = kept.question;
        auto flags = MSG_NOSIGNAL | MSG_DONTWAIT;
        if (::send(line_->socket.native_handle(), &q, sizeof q, flags) >= 0) continue;
        auto full = errno == EAGAIN || errno == ENOBUFS || errno == EINTR;
        queue_.push_front(std::move(kept));
        asked_.erase(number);
        if (full && !asked_.empty()) return; // an answer comes, and then this again
        return hang_up();                    // it is dead, and the master knows
    }
}

task<> signing_client::listen(std::shared_ptr<line> on, signing_client& self) {
    auto wait = asio::posix::stream_descriptor::wait_read;
    boost::system::error_code bad;
    auto answer = asio::redirect_error(asio::use_awaitable, bad);
    do
        co_await on->socket.async_wait(wait, answer);
    while (!bad && !on->cut && self.take_answers(*on));
}

// False when there is no more to be had from there.
bool signing_client::take_answers(line& from) {
    for (;;) {
        signing_answer a;
        auto flags = MSG_DONTWAIT | MSG_TRUNC;
        auto got = ::recv(from.socket.native_handle(), &a, sizeof a, flags);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
        if (static_cast<std::size_t>(got) != sizeof a || a.size > a.bytes.size()) {
            hang_up();
            return false;
        }
        take(a);
    }
    send_some();
    return !from.cut;
}

void signing_client::take(const signing_answer& a) {
    auto at = asked_.find(a.number);
    if (at == asked_.end()) return;
    auto who = at->second.who.lock();
    asked_.erase(at);
    if (!who) return; // it could not wait any longer
    who->why = words_for(a.outcome);
    if (a.outcome == signing_outcome::done)
        who->signature.assign(reinterpret_cast<const char*>(a.bytes.data()), a.size);
    who->ring();
}

}
