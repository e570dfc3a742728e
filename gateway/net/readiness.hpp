#pragma once

#include "gateway/process/descriptor.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace postern::gateway {

// Tells who waits for a socket that it may go on. Asio arms a socket anew for every wait, a system
// call each; here a socket is registered once, edge-triggered (epoll(7)), and the set of them all
// is what Asio waits for: armed once a turn, however many were ready. What is known of a socket is
// kept with it, so whoever reads or writes says when there was nothing left.
//
// One for each io_context that one thread runs. While nobody waits it keeps the loop from nothing.
class readiness final : public boost::asio::execution_context::service {
public:
    using key_type = readiness;
    using executor_type = boost::asio::io_context::executor_type;
    static boost::asio::execution_context::id id;

    enum class kind : std::uint8_t { read, write, error };
    struct place;

    // One who waits, in nobody's hands but those of the loop.
    class waiter : public boost::intrusive::list_base_hook<> {
    public:
        waiter() = default;
        virtual ~waiter() = default;
        waiter(const waiter&) = delete;
        waiter& operator=(const waiter&) = delete;

        // Once, from the loop: nothing, operation_aborted, or why it could not be waited for.
        virtual void go_on(boost::system::error_code) = 0;
        virtual void drop() = 0; // instead: the loop ends

    private:
        friend class readiness;
        place* at_ = nullptr;
        kind for_ = kind::read;
        boost::system::error_code why_;
    };

    // An open socket, perhaps one that others have, too. Who still waits when it is closed is
    // called off.
    struct place {
        place(readiness& in, descriptor socket) : of(in), fd(std::move(socket)) {}
        ~place() { of.forget(*this); }
        place(const place&) = delete;

        // Nothing came since all was read that there was, so far as the loop was told.
        bool knows_of_nothing() const {
            return registered != 0 && !readable && !hung_up && !broken;
        }

        readiness& of;
        descriptor fd;
        std::uint32_t registered = 0; // for these events
        bool readable = false, writable = false;
        bool hung_up = false, broken = false; // for ever
        std::array<waiter*, 3> waiting{};
    };

    static readiness& of(boost::asio::execution_context&);
    explicit readiness(boost::asio::execution_context&);
    ~readiness() override;

    executor_type get_executor() { return loop_.get_executor(); }

    // At most one may wait at a place for each kind. Throws what lack of memory throws.
    void wait(place&, kind, waiter&);
    void refuse(waiter&, boost::system::error_code); // it goes on with that
    void call_off(waiter&); // does nothing when it is about to go on anyway
    void call_off(place&);  // all who wait there

private:
    using waiters = boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>>;

    // Room for the one wait of Asio's that there is, so that being armed needs no memory.
    struct slot {
        alignas(std::max_align_t) std::array<std::byte, 256> room;
        bool taken = false;
    };
    template <class T> struct from_slot;

    void shutdown() override;
    void forget(place&);
    boost::system::error_code register_for(place&, kind);
    void take_turn();
    void note(place&, std::uint32_t events);
    void wake(place&, kind);
    void make_ready(waiter&, boost::system::error_code);
    void hurry();
    void arm();
    void run_ready();
    void rest(waiters& left);

    boost::asio::io_context& loop_;
    boost::asio::posix::basic_stream_descriptor<executor_type> all_;
    slot slot_;
    waiters waiting_, ready_;
    bool armed_ = false, in_turn_ = false, is_down_ = false;
};

}
