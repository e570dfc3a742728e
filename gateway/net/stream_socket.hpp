#pragma once

#include "gateway/net/readiness.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/recycling_allocator.hpp>

#include <memory>
#include <sys/types.h>
#include <type_traits>
#include <utility>

namespace postern::gateway {

// A stream socket, TCP or Unix, connected or listening, whose waits are told by `readiness`. The
// shape is that of Asio's sockets, so far as it is needed here.
class stream_socket {
public:
    using endpoint_type = boost::asio::generic::stream_protocol::endpoint;
    using error_code = boost::system::error_code;
    using wait_type = readiness::kind;
    static constexpr auto wait_read = wait_type::read, wait_write = wait_type::write,
                          wait_error = wait_type::error;

    explicit stream_socket(boost::asio::any_io_executor); // not open
    explicit stream_socket(boost::asio::io_context& loop) : stream_socket(loop.get_executor()) {}
    stream_socket(boost::asio::io_context&, descriptor);
    stream_socket(stream_socket&&) noexcept = default;
    stream_socket& operator=(stream_socket&&) noexcept = default;

    boost::asio::any_io_executor get_executor() const { return of_->get_executor(); }
    bool is_open() const { return place_ != nullptr; }
    int native_handle() const { return place_ ? place_->fd.get() : -1; } // borrowed

    // Begins to connect, when it is not open; when the error is in_progress, wait_write ends with
    // the connection or its failure, and pending_error() says which.
    error_code connect(const endpoint_type&);
    error_code pending_error() const;

    // recv(2) and send(2) that never wait and never raise a signal: their values, and errno. Who
    // has waited once and then read all is told EAGAIN until the loop has heard of more.
    ssize_t receive(void* into, std::size_t most, int flags = 0);
    ssize_t send(const void* bytes, std::size_t size);

    // Of a listening socket: who came next, and from where; nothing, and errno, as of accept(2).
    descriptor accept(endpoint_type& from);

    // Ends when the socket can be read, has room, or is broken; with operation_aborted when it is
    // cancelled or closed. One wait of each type at a time.
    template <class Token> auto async_wait(wait_type what, Token&& token) {
        begin_wait begin{this, what};
        return boost::asio::async_initiate<Token, void(error_code)>(begin, token);
    }
    // The same without a handler: `by` lives until it is told.
    void wait(wait_type what, readiness::waiter& by);

    void cancel(); // all waits
    void close();
    void shut_down_sending();
    endpoint_type remote_endpoint(error_code&) const;
    endpoint_type local_endpoint(error_code&) const;
    error_code set(int level, int option, int value); // setsockopt(2)
    error_code reset_on_close(); // what is unsent is forgotten, the peer hears RST

private:
    template <class Handler> class waiting;
    struct begin_wait {
        stream_socket* at;
        wait_type what;
        template <class Handler> void operator()(Handler&& handler) const {
            waiting<std::decay_t<Handler>>::begin(*at, what, std::forward<Handler>(handler));
        }
    };

    readiness* of_;
    std::unique_ptr<readiness::place> place_; // null: not open
};

// A handler that waits. It is called by the loop itself, whatever executor it has.
template <class Handler> class stream_socket::waiting final : public readiness::waiter {
public:
    static void begin(stream_socket& at, wait_type what, Handler handler) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        auto* made = new (memory().allocate(1)) waiting(*at.of_, std::move(handler));
        try {
            if (slot.is_connected()) slot.assign(call_off{made});
            at.wait(what, *made);
        } catch (...) {
            made->drop();
            throw;
        }
    }

    void go_on(error_code why) override {
        auto handler = take();
        boost::asio::get_associated_cancellation_slot(handler).clear();
        std::move(handler)(why);
    }
    void drop() override { (void)take(); }

private:
    using memory = boost::asio::recycling_allocator<waiting>;

    struct call_off {
        waiting* who;
        void operator()(boost::asio::cancellation_type_t how) const {
            if (how != boost::asio::cancellation_type::none) who->of_.call_off(*who);
        }
    };

    waiting(readiness& of, Handler&& handler) : of_(of), handler_(std::move(handler)) {}

    // Its memory is free for the next wait before the handler begins one.
    Handler take() {
        auto out = std::move(handler_);
        this->~waiting();
        memory().deallocate(this, 1);
        return out;
    }

    readiness& of_;
    Handler handler_;
};

}
