// connection: what it does without waiting.
#include "gateway/net/buffers.hpp"
#include "gateway/net/connection.hpp"
#include "protocols/budget.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace postern::gateway {
using boost::system::error_code;

static result<std::size_t> nothing_or(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return std::size_t{0};
    return error_code(error, boost::system::system_category());
}

result<std::size_t> connection::receive(std::byte* into, std::size_t most) {
    auto got = socket_.receive(into, most);
    if (got > 0 && spent_)
        if (auto may = spent_->bytes(static_cast<std::size_t>(got)); !may) return may.error();
    if (got > 0) return static_cast<std::size_t>(got);
    if (stopped_) return errc::shutting_down;
    if (got == 0) {
        heard_end_ = true;
        return errc::closed;
    }
    return nothing_or(errno);
}

result<std::size_t> connection::send(const void* bytes, std::size_t size) {
    auto sent = socket_.send(bytes, size);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (stopped_) return errc::shutting_down;
    return nothing_or(errno);
}

glance connection::look(std::size_t most) {
    most = std::clamp<std::size_t>(most, 1, worker_buffers::size);
    if (!held_.empty()) {
        std::memcpy(buffers().plain.data(), held_.data(), held_.size());
        return lend(std::exchange(held_, {}).size(), true);
    }
    if (end_) return over(end_);
    return engine_ ? look_tls(most) : look_plain(most);
}

glance connection::lend(std::size_t size, bool more) {
    auto& b = buffers();
    b.lent = std::max(b.lent, size);
    in_ += size;
    return {
        glance::found::bytes, {reinterpret_cast<const char*>(b.plain.data()), size},
         more, {                                             }
    };
}

glance connection::over(error_code why) {
    end_ = why;
    bool orderly = why == errc::closed || why == errc::truncated;
    return {orderly ? glance::found::end : glance::found::failure, {}, false, why};
}

glance connection::look_plain(std::size_t most) {
    auto got = receive(buffers().plain.data(), most);
    if (!got) return over(got.error());
    if (*got == 0) return {};
    return lend(*got, *got == most);
}

// At most one receive, so that a peer which sends records without content cannot keep the worker.
glance connection::look_tls(std::size_t most) {
    auto& b = buffers();
    // As much cipher text as plain text is wanted: then hardly anything is left over to be parked.
    auto wanted = std::max<std::size_t>(most, 4096);
    std::size_t size = 0;
    bool received = false, more = false;
    for (;;) {
        auto p = engine_->decrypt({b.plain.data() + size, most - size});
        size += p.bytes;
        if (p.state == tls::status::done && p.bytes > 0 && size < most) continue;
        if (p.state == tls::status::needs_input && size == 0 && !received) {
            auto got = receive(b.cipher.data(), wanted);
            if (!got) return over(got.error() == errc::closed ? errc::truncated : got.error());
            if (*got == 0) return {};
            received = true;
            more = *got == wanted;
            engine_->take({b.cipher.data(), *got});
            continue;
        }
        if (p.state != tls::status::needs_input) engine_->park();
        if (p.state == tls::status::closed) end_ = errc::closed;
        if (p.state == tls::status::failed) end_ = tls_failed();
        if (p.state == tls::status::done) more = true;
        break;
    }
    if (unsent()) (void)flush(); // key updates; a failure shows at the next push
    if (size > 0) return lend(size, more || end_);
    if (end_) return over(end_);
    return {glance::found::nothing, {}, more, {}};
}

error_code connection::tls_failed() {
    trouble_ = engine_->reason();
    failure_ = std::make_unique<tls::failure>(tls::failure_of(*engine_, "the peer"));
    return errc::tls_failed;
}

result<std::size_t> connection::push(std::string_view bytes) {
    auto taken = engine_         ? push_tls(bytes)
                 : bytes.empty() ? result<std::size_t>(std::size_t{0})
                                 : send(bytes.data(), bytes.size());
    if (taken) out_ += *taken;
    return taken;
}

result<std::size_t> connection::push_tls(std::string_view bytes) {
    constexpr std::size_t at_once = 32 * 1024; // two records, sent as one
    std::size_t taken = 0;
    for (;;) {
        if (auto sent = flush(); !sent) return sent.error();
        if (unsent() || taken == bytes.size()) return taken;
        for (auto end = taken + std::min(at_once, bytes.size() - taken); taken < end;) {
            auto p = engine_->encrypt(std::as_bytes(std::span(bytes).subspan(taken, end - taken)));
            if (p.state == tls::status::failed || p.bytes == 0) return tls_failed();
            taken += p.bytes;
        }
    }
}

result<void> connection::flush() {
    while (unsent()) {
        auto ready = engine_->pending();
        auto sent = send(ready.data(), ready.size());
        if (!sent) return sent.error();
        if (*sent == 0) break;
        engine_->sent(*sent);
    }
    return {};
}

// Who has ended without a close_notify waits for none: most such peers are gone, and would answer
// with a reset.
void connection::say_goodbye() {
    if (!engine_ || end_ == errc::truncated) return;
    if (!std::exchange(said_goodbye_, true)) engine_->say_goodbye();
}

void connection::shut_down_sending() {
    if (std::exchange(said_end_, true)) return;
    socket_.shut_down_sending();
}

bool connection::peer_finished() const {
    auto fd = socket_.native_handle();
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
        return info.tcpi_state != TCP_ESTABLISHED;
    char one;
    return ::recv(fd, &one, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}
