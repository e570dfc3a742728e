#include "gateway/process/background.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace postern::gateway {
namespace {

// Of the process that was started; the child has said why it failed, if it did.
[[noreturn]] void wait_and_end(const descriptor& word) {
    char c = 0;
    ssize_t got = 0;
    do
        got = ::read(word.get(), &c, 1);
    while (got < 0 && errno == EINTR);
    _exit(got == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

}

std::string background::enter(boost::asio::io_context& loop) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::strerror(errno);
    descriptor reading(ends[0]), writing(ends[1]);
    loop.notify_fork(boost::asio::io_context::fork_prepare);
    auto pid = ::fork();
    if (pid > 0) {
        writing = descriptor();
        wait_and_end(reading);
    }
    if (pid < 0) {
        auto error = errno;
        loop.notify_fork(boost::asio::io_context::fork_parent);
        return std::strerror(error);
    }
    loop.notify_fork(boost::asio::io_context::fork_child);
    ::setsid();
    told_ = std::move(writing);
    return {};
}

void background::leave_terminal(bool logs_to_stderr) {
    if (!told_) return;
    descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (auto fd : {STDIN_FILENO, STDOUT_FILENO})
        ::dup2(nothing.get(), fd);
    if (!logs_to_stderr) ::dup2(nothing.get(), STDERR_FILENO);
}

void background::ready() {
    if (!told_) return;
    // The parent is gone only if somebody killed it, which changes nothing for the daemon.
    [[maybe_unused]] auto written = ::write(told_.get(), "", 1);
    told_ = descriptor();
}

}
