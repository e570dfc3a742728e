#pragma once

#include "gateway/process/descriptor.hpp"
#include "protocols/io/task.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::gateway {

// What master and worker tell each other.
enum class word : std::uint32_t {
    bundle = 1, // to the worker: live on this (bundle.hpp)
    reopen,     // to the worker: logs opened anew (bundle.hpp)
    drain,      // to the worker: take no more sessions, leave when the last is done
    stop,       // to the worker: end all sessions and leave
    applied,    // to the master: bundle number `number` is in force
    refused,    // to the master: it is not; `text` says why, and what was before goes on
    keys,       // to the signing process: sign with these (signing/key_set.hpp)
    attend,     // to the signing process: a worker's socket
    signer,     // to the worker: a socket to the signing process, the former one being dead
};

struct message {
    word what = word::stop;
    std::uint64_t number = 0;
    std::string text;              // at most longest_text bytes, the rest is cut
    std::vector<descriptor> files; // at most most_files
};

// Messages over a pair of Unix sockets of the kind SOCK_SEQPACKET. Descriptors travel in as many
// packets as they need.
class channel {
public:
    static constexpr std::size_t longest_text = 32 * 1024, most_files = 4096;

    explicit channel(descriptor socket) : socket_(std::move(socket)) {}

    // A connected pair: the master's end and the worker's.
    static result<std::pair<channel, channel>> pair();

    // Does not wait for more than `patience` seconds for room: ETIMEDOUT or EAGAIN then.
    result<void> send(const message&);

    // What has arrived whole by now, without waiting: nothing when there is no more yet,
    // ECONNRESET when the other side is gone, EPROTO when it says what is not allowed.
    result<std::optional<message>> receive();

    // A peer that sends descriptors all the same breaks the rules: EPROTO.
    void expect_no_files() { allowed_files_ = 0; }

    int fd() const { return socket_.get(); } // borrowed, to wait on
    bool open() const { return static_cast<bool>(socket_); }
    void close() { socket_ = descriptor(); }

private:
    result<void> send_packet(
        const void* header, const std::string& text, const int* files, std::size_t count
    );

    descriptor socket_;
    message half_; // while descriptors of it are missing
    std::size_t missing_ = 0, allowed_files_ = most_files;
};

}
