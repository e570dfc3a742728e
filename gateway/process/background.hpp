#pragma once

#include "gateway/process/descriptor.hpp"

#include <boost/asio/io_context.hpp>

#include <string>

namespace postern::gateway {

// daemon(7), the old way: whoever started the program gets it back when the daemon is ready or has
// failed.
class background {
public:
    // Goes on in a child that has a session of its own; the process that calls waits for it and
    // ends, with status 0 once ready() was called and with 1 when the child ends before. Nothing
    // may wait in the loop. Answers nothing, or why there is no child.
    std::string enter(boost::asio::io_context&);

    // These do nothing without enter(). Before other processes are started that would keep it:
    // leaves the terminal, standard error only if no log goes there.
    void leave_terminal(bool logs_to_stderr);
    void ready();

private:
    descriptor told_; // the parent waits at its other end
};

}
