#pragma once

#include "gateway/net/connection.hpp"
#include "gateway/net/patience.hpp"
#include "gateway/net/readiness.hpp"
#include "gateway/session/ending.hpp"

#include <memory>
#include <optional>
#include <string>

namespace postern::gateway {

// Passes bytes both ways until both sides have ended. When one ends its sending, the other is told
// so (FIN, after close_notify where there is TLS) and may go on.
//
// It is no coroutine: a session that waits is this object, in nobody's hands but those of its two
// waits. It is made by std::make_shared and lives until ended() was called.
class relay : public std::enable_shared_from_this<relay>, private patience::watched {
public:
    relay() = default;
    virtual ~relay() = default;

    // Nothing for `idle` from either side ends both with errc::timed_out; so does `linger` once
    // there is nothing more that the client could be told. `first` goes to the upstream before all
    // else. Nobody else may use the connections meanwhile, except for stop(); they live as long as
    // this.
    void start(
        connection& client,
        connection& upstream,
        std::string first,
        patience& idle,
        patience& linger
    );

protected:
    // Once, with the party that ended first; it may begin to use the connections again, and closes
    // them: who has ended first hears by that alone that the other has, too.
    virtual void ended(ending) = 0;

private:
    // One direction: while it waits it is these few words, with no buffer.
    struct way final : readiness::waiter {
        void go_on(boost::system::error_code) override;
        void drop() override { whole.reset(); }

        std::shared_ptr<relay> whole; // while it waits
        connection* from = nullptr;
        connection* to = nullptr;
        std::string rest;      // what the receiver's socket had no room for; usually empty
        bool drained = false;  // the last look took all there was: wait before the next
        bool at_end = false;   // the sender has finished
        bool farewell = false; // ... and the receiver was told so, as far as TLS goes
        bool over = false;
    };

    void advance(way&);
    void advance_safely(way&);
    bool deliver(way&);
    bool fetch(way&);
    void pass(way&, std::string_view);
    void close(way&);
    void abandon(way&, party by, boost::system::error_code why);
    void await(connection& on, stream_socket::wait_type, way&);
    void woken(way&, boost::system::error_code);
    void too_silent() override;
    void be_brief();
    void end_all(ending why);
    void note(ending);
    void look_whether_over();
    party sender(const way& w) const { return &w == &up_ ? party::client : party::upstream; }
    party receiver(const way& w) const { return &w == &up_ ? party::upstream : party::client; }
    const way& other(const way& w) const { return &w == &up_ ? down_ : up_; }

    way up_, down_;
    patience* linger_ = nullptr; // until it has begun
    std::optional<ending> end_;
    bool told_ = false;
};

}
