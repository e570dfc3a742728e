#pragma once

#include "backends/tls/facts.hpp"
#include "protocols/io/errc.hpp"
#include "protocols/io/task.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace postern {

// A duplex stream of bytes, which may switch to TLS once. Every wait has a deadline, and it is the
// stream that keeps it: a protocol never sees a clock.
class stream {
public:
    virtual ~stream() = default;

    // Waits for bytes and lends at least one and at most `most` of them. What is lent is valid
    // until the next call on this stream or the caller's next suspension, so take a copy of what
    // must last. No buffer is held while waiting. Errors: errc::closed (orderly end),
    // errc::truncated, errc::timed_out, or the system's.
    virtual task<result<std::string_view>> read(std::size_t most) = 0;

    // Waits that long for nothing: true when the peer was silent all the time, false as soon as a
    // byte is there to be read (it stays unread). Errors: as read's; an end of the peer counts as
    // one.
    virtual task<result<bool>> quiet_for(std::chrono::milliseconds pause) = 0;

    // Sends all of the text. The text must live until the call returns.
    virtual task<result<void>> write(std::string_view text) = 0;

    // Becomes TLS, as the server towards a client and as the client towards an upstream. The caller
    // has made sure that it holds no bytes which came in plain text.
    virtual task<result<void>> start_tls() = 0;

    // What was agreed on, or null while the stream is plain text.
    virtual const tls::facts* tls() const = 0;
};

}
