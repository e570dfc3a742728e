#pragma once

#include "protocols/io/stream.hpp"
#include "tests/support/transcript.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace postern::test {

// How a transcript is played.
struct manner {
    std::size_t piece = 0;    // bytes given by one read; 0: as many as are there
    std::size_t break_at = 0; // the call (read, write, start_tls; from 1) that fails; 0: none
};

// What a broken call reports.
boost::system::error_code broken();

// One end of a conversation that was written down before: it gives the peer's lines and compares
// ours. Whatever we do otherwise than written is told by `surprise`, and ends the stream.
class scripted_stream final : public stream {
public:
    // peer: whose lines the stream gives; kind::client when the server is tested.
    scripted_stream(transcript, manner = {}, step::kind peer = step::kind::client);

    task<result<std::string_view>> read(std::size_t most) override;
    task<result<bool>> quiet_for(std::chrono::milliseconds) override; // no time passes
    task<result<void>> write(std::string_view) override;
    task<result<void>> start_tls() override;
    const tls::facts* tls() const override { return tls_ ? &*tls_ : nullptr; }

    std::string surprise;  // what we did and the script did not expect; empty: nothing
    bool finished() const; // the whole script was played
    std::size_t calls() const { return calls_; }

    // For whoever plays the gateway: the next step if it is not a line of the wire. What the peer
    // has sent before it and nobody has read is set aside first, as a socket would hold it.
    const step* other();
    void pass() { ++at_; } // goes past it
    std::string take_unread() { return std::exchange(unread_, {}); }

private:
    const step* next() const { return at_ < script_.steps.size() ? &script_.steps[at_] : nullptr; }
    bool breaks() { return ++calls_ == manner_.break_at; }
    boost::system::error_code wonder(std::string what);
    void advance(std::size_t bytes);
    void set_aside();

    transcript script_;
    manner manner_;
    step::kind peer_, us_;
    std::size_t at_ = 0, offset_ = 0; // the step, and how much of its text is done
    std::size_t calls_ = 0;
    std::string lent_, unread_;
    std::optional<tls::facts> tls_;
};

}
