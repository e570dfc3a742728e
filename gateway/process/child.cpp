#include "gateway/process/child.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

constexpr int worker_fd = 3;

// Between fork and exec: only system calls, since a copy of a process is no place for more.
[[noreturn]] void become_worker(int socket, char* const* arguments) {
    // A descriptor that is number 3 already would keep its close-on-exec.
    auto passed = socket == worker_fd ? ::fcntl(socket, F_SETFD, 0) : ::dup2(socket, worker_fd);
    if (passed >= 0) ::execv("/proc/self/exe", arguments);
    _exit(127);
}

}

child::child(asio::io_context& loop, std::size_t slot, hear told)
    : loop_(loop), slot_(slot), hear_(std::move(told)), readable_(loop) {}

std::string child::start(std::optional<identity> become) {
    auto ends = channel::pair();
    if (!ends) return ends.error().message();
    auto user = become ? std::to_string(become->user) : "";
    auto group = become ? std::to_string(become->group) : "";
    std::array<std::string, 5> words{"postern", "worker", std::to_string(worker_fd), user, group};
    std::array<char*, 6> arguments{};
    for (std::size_t i = 0; i < (become ? 5 : 3); ++i)
        arguments[i] = words[i].data();
    auto wait_on = duplicate(ends->first.fd());
    if (!wait_on) return std::strerror(errno);
    auto pid = ::fork();
    if (pid < 0) return std::strerror(errno);
    if (pid == 0) become_worker(ends->second.fd(), arguments.data());
    pid_ = pid;
    started_ = std::chrono::steady_clock::now();
    link_ = std::move(ends->first);
    link_.expect_no_files();
    readable_.assign(wait_on.release());
    asio::co_spawn(loop_, listen(shared_from_this()), asio::detached);
    return {};
}

task<> child::listen(std::shared_ptr<child> self) {
    auto wait = asio::posix::stream_descriptor::wait_read;
    boost::system::error_code bad;
    auto answer = asio::redirect_error(asio::use_awaitable, bad);
    do
        co_await self->readable_.async_wait(wait, answer);
    while (!bad && self->take_messages());
}

// A worker may be hostile: what it says is bounded by the channel, it gets no more than its turn,
// and its words end up in the log at most.
bool child::take_messages() {
    for (int i = 0; i < 8; ++i) {
        auto m = link_.receive();
        if (!m) {
            // It is ending already, or it breaks the rules and has to.
            kill(SIGKILL);
            return false;
        }
        if (!*m) return true;
        hear_(*this, std::move(**m));
        if (!link_.open()) return false;
    }
    return true;
}

bool child::tell(const message& m) { return link_.open() && link_.send(m).has_value(); }

std::optional<std::string> child::ended() {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return {};
    pid_ = -1;
    close();
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "status " + std::to_string(WEXITSTATUS(status));
}

void child::kill(int signal) {
    if (pid_ > 0) ::kill(pid_, signal);
}

void child::close() {
    link_.close();
    if (readable_.is_open()) readable_.close();
}

std::chrono::steady_clock::duration child::age() const {
    return std::chrono::steady_clock::now() - started_;
}

}
