#pragma once

#include "backends/tls/client.hpp"
#include "backends/tls/engine.hpp"
#include "backends/tls/failure.hpp"
#include "backends/tls/server.hpp"
#include "gateway/net/deadline.hpp"
#include "gateway/net/stream_socket.hpp"
#include "protocols/io/stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postern::tls {
class reception;
}

namespace postern {
class budget;
}

namespace postern::gateway {
class signing_client;
struct signature_call;

// What was found by looking at a connection without waiting.
struct glance {
    enum class found { bytes, nothing, end, failure };
    found what = found::nothing;
    std::string_view bytes = {};        // lent from the worker's buffer, until the next suspension
    bool more = false;                  // look again before waiting: there may be more
    boost::system::error_code why = {}; // of an end (errc::closed, errc::truncated) or a failure
};

// A socket, perhaps with TLS over it. Up to the login a protocol talks through it as a stream, and
// each of its waits ends at the deadline; afterwards the relay looks and pushes without waiting.
class connection final : public stream {
public:
    using clock = std::chrono::steady_clock;

    // A connected socket, and what start_tls() is to use. Who made it has set its options. The
    // deadline is 60 seconds from now until it is set.
    explicit connection(stream_socket, std::shared_ptr<const tls::server> = nullptr);

    // One to an upstream: start_tls() then plays the client's side.
    connection(stream_socket, std::shared_ptr<const tls::client>, tls::destination);

    // One whose handshake is done.
    connection(stream_socket, std::unique_ptr<tls::engine>);

    // stream. Waits fail with errc::timed_out at the deadline, with errc::shutting_down after
    // stop().
    task<result<std::string_view>> read(std::size_t most) override;
    task<result<bool>> quiet_for(std::chrono::milliseconds pause) override;
    task<result<void>> write(std::string_view text) override;
    task<result<void>> start_tls() override; // errc::tls_failed: trouble() says why
    const tls::facts* tls() const override;

    // Who makes the signatures of keys that are not in this process. It outlives every wait.
    void sign_with(signing_client* signer) { signer_ = signer; }
    signing_client* signer() const { return signer_; } // null: nobody

    // The moment at which waits fail, counted from now: one for all that follow, not restarted by
    // any.
    void expire_after(std::chrono::milliseconds);

    // All that is received is charged to it, and its time ends every wait: until settle(), or null.
    void charge(budget* spent) { spent_ = spent; }
    bool overdue() const; // its time is over

    // While others work for the login, and nobody waits here but whoever looks whether the client
    // is still there: that wait is called off when the time is over.
    void keep_time(bool on);

    // What the client should hear in the end, if the socket takes it, and if it does not come in
    // the middle of something else.
    void say_last(std::string_view words);

    // The login is done: gives back timer and all that only a login needs. No more waits but
    // leave(); the relay keeps its own time.
    void settle();

    // The peer's certificate is needed no more.
    void forget_peer() {
        if (engine_) engine_->forget_peer();
    }

    // Ends the sending side in good order, and drops what the peer still sends until it has ended
    // too: closing a socket with unread bytes would make the kernel take back what was said last.
    // No longer than that, and no more than 256 KiB.
    task<> leave(std::chrono::milliseconds at_most);
    bool has_left() const { return heard_end_ && !unsent(); } // leave() would wait for nothing

    // Closes at once; every wait, here or of the relay, ends with an error.
    void stop();
    bool stopped() const { return stopped_; }

    // Without waiting -------------------------------------------------------------------------

    // At most `most` bytes (and 64 KiB) that are here already.
    glance look(std::size_t most);

    // Takes some of the bytes, none when the socket is full. Bytes of TLS may then be unsent().
    result<std::size_t> push(std::string_view bytes);
    bool unsent() const { return engine_ && !engine_->pending().empty(); }
    result<void> flush();

    // Queues close_notify; nothing for plain text, or when the peer has ended without one itself.
    void say_goodbye();
    void shut_down_sending();   // FIN
    bool peer_finished() const; // the peer sent its FIN, whatever is still unread

    stream_socket& socket() { return socket_; }
    std::uint64_t bytes_in() const { return in_; } // plain text, since the beginning
    std::uint64_t bytes_out() const { return out_; }

    // What the TLS library said when something failed; empty otherwise.
    const std::string& trouble() const { return trouble_; }

    // The same for operators, once; null when TLS did not fail.
    std::unique_ptr<tls::failure> take_failure() { return std::move(failure_); }

private:
    task<result<void>> wait(stream_socket::wait_type);
    task<result<void>> send_rest();
    task<result<std::unique_ptr<tls::engine>>> begin_tls(tls::reception&);
    task<result<std::unique_ptr<tls::engine>>> welcome(tls::reception&);
    task<result<void>> take_turn(tls::reception&);
    boost::system::error_code give_up(tls::reception&, boost::system::error_code);
    task<result<void>> shake_hands(tls::reception&);
    task<result<void>> have_signed();
    result<std::size_t> receive(std::byte* into, std::size_t most); // 0: nothing there
    result<std::size_t> send(const void* bytes, std::size_t size);  // 0: no room
    glance look_plain(std::size_t most);
    glance look_tls(std::size_t most);
    glance lend(std::size_t size, bool more);
    glance over(boost::system::error_code why);
    result<std::size_t> push_tls(std::string_view bytes);
    boost::system::error_code tls_failed();
    boost::system::error_code too_late() const;

    struct way_out {
        std::shared_ptr<const tls::client> by;
        tls::destination to;
    };

    stream_socket socket_;
    std::shared_ptr<const tls::server> server_;
    std::unique_ptr<way_out> upstream_;
    std::unique_ptr<tls::engine> engine_;
    signing_client* signer_ = nullptr;
    std::shared_ptr<signature_call> asked_; // while it is waited for
    std::optional<deadline> limit_;
    std::string held_; // read by quiet_for() and not yet by anybody else
    std::string trouble_;
    std::unique_ptr<tls::failure> failure_;
    boost::system::error_code end_; // once the peer's side is over
    std::uint64_t in_ = 0, out_ = 0;
    budget* spent_ = nullptr;
    bool stopped_ = false, said_goodbye_ = false, heard_end_ = false, said_end_ = false;
    bool in_the_middle_ = false; // of a handshake, or of words that could not be sent
};

}
