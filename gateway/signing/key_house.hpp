#pragma once

#include "gateway/observe/log.hpp"
#include "gateway/process/channel.hpp"
#include "gateway/process/descriptor.hpp"
#include "gateway/process/privileges.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace postern::gateway {

// The master's hold on the signing process. The keys are kept as a descriptor of memory that is not
// mapped here, for the day when the process dies and another one is needed: files on the disk may
// be others by then.
class key_house {
public:
    // `moved`: there is a new signing process, so that workers need a door() to it.
    key_house(boost::asio::io_context&, log&, std::function<void()> moved);
    ~key_house();

    // These keys (pack_keys()) are in force from now on, together with those of ten minutes before.
    void keep(descriptor keys, std::optional<identity> become);

    // None are needed any more. What runs goes on for workers that still use it.
    void close();
    bool is_open() const { return static_cast<bool>(keys_); }

    // A worker's end of a new socket to the signing process. Errors: no descriptors left. When the
    // process is dead the other end is closed, and moved() follows.
    result<descriptor> door();

    // After SIGCHLD.
    void reap();

private:
    void start();
    void start_later(std::chrono::milliseconds);
    std::string spawn();
    bool send(word, int file);
    void listen();
    void hear();
    void kill();

    log& events_;
    std::function<void()> moved_;
    descriptor keys_;
    std::optional<identity> become_;
    channel link_{descriptor()};
    boost::asio::posix::stream_descriptor readable_;
    boost::asio::steady_timer start_again_;
    pid_t pid_ = -1;
    std::vector<pid_t> former_; // let go, and not yet ended
    std::chrono::steady_clock::time_point started_{};
    std::chrono::milliseconds backoff_{0};
};

}
