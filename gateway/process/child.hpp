#pragma once

#include "gateway/process/channel.hpp"
#include "gateway/process/privileges.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace postern::gateway {

// The master's end of one worker process.
class child : public std::enable_shared_from_this<child> {
public:
    using hear = std::function<void(child&, message)>;

    // `slot`: which of the sockets of each address are its own.
    child(boost::asio::io_context&, std::size_t slot, hear);

    // Starts this very program as a worker. Answers nothing, or what failed.
    std::string start(std::optional<identity> become);

    // False when it is not to be reached; its death is noticed elsewhere.
    bool tell(const message&);

    // Is it over? Reaps it if so, and says how it ended: "signal 9", "status 1".
    std::optional<std::string> ended();

    void kill(int signal);
    void close();

    std::size_t slot() const { return slot_; }
    pid_t pid() const { return pid_; }
    std::chrono::steady_clock::duration age() const;

    std::uint64_t answered = 0; // the number of the configuration it last said something about
    bool leaving = false;       // it was told to go

private:
    static task<> listen(std::shared_ptr<child>);
    bool take_messages();

    boost::asio::io_context& loop_;
    std::size_t slot_;
    hear hear_;
    channel link_{descriptor()};
    boost::asio::posix::stream_descriptor readable_;
    pid_t pid_ = -1;
    std::chrono::steady_clock::time_point started_{};
};

}
