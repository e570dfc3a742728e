#include "gateway/signing/key_house.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace postern::gateway {

using config::log_level;
using namespace std::chrono_literals;

namespace {

constexpr int signer_fd = 3;

// Between fork and exec: only system calls, since a copy of a process is no place for more.
[[noreturn]] void become_signer(int socket, char* const* arguments) {
    // A descriptor that is number 3 already would keep its close-on-exec.
    auto passed = socket == signer_fd ? ::fcntl(socket, F_SETFD, 0) : ::dup2(socket, signer_fd);
    if (passed >= 0) ::execv("/proc/self/exe", arguments);
    _exit(127);
}

std::string how_it_ended(int status) {
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "status " + std::to_string(WEXITSTATUS(status));
}

}

key_house::key_house(boost::asio::io_context& loop, log& events, std::function<void()> moved)
    : events_(events), moved_(std::move(moved)), readable_(loop), start_again_(loop) {}

// It has nothing to finish: the workers are gone, or leave with their master.
key_house::~key_house() {
    kill();
    for (auto pid : former_)
        ::kill(pid, SIGKILL);
}

void key_house::keep(descriptor keys, std::optional<identity> become) {
    // Whoever runs as the same user could reach the keys' memory through /proc.
    ::prctl(PR_SET_DUMPABLE, 0);
    keys_ = std::move(keys);
    become_ = become;
    if (pid_ <= 0)
        start();
    else if (!send(word::keys, keys_.get()))
        kill(); // the next one gets them
}

void key_house::close() {
    keys_ = descriptor();
    start_again_.cancel();
    if (readable_.is_open()) readable_.close();
    link_.close();
    if (pid_ > 0) former_.push_back(std::exchange(pid_, -1));
}

result<descriptor> key_house::door() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return boost::system::error_code(errno, boost::system::system_category());
    descriptor mine(ends[0]), theirs(ends[1]);
    (void)send(word::attend, theirs.get());
    return mine;
}

bool key_house::send(word what, int file) {
    message m;
    m.what = what;
    m.files.push_back(duplicate(file));
    return m.files[0] && link_.open() && link_.send(m).has_value();
}

void key_house::start() {
    auto why = spawn();
    if (!why.empty()) {
        events_.event(
            log_level::error,
            "cannot start the signing process",
            {
                {"error", why}
        }
        );
        return start_later(1s);
    }
    events_.event(
        log_level::info,
        "signing process started",
        {
            {"pid", std::to_string(pid_)}
    }
    );
    if (!send(word::keys, keys_.get())) kill();
    moved_();
}

void key_house::start_later(std::chrono::milliseconds delay) {
    start_again_.expires_after(delay);
    start_again_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped && is_open() && pid_ <= 0) start();
    });
}

std::string key_house::spawn() {
    auto ends = channel::pair();
    if (!ends) return ends.error().message();
    auto user = become_ ? std::to_string(become_->user) : "";
    auto group = become_ ? std::to_string(become_->group) : "";
    std::array<std::string, 5> words{"postern", "signer", std::to_string(signer_fd), user, group};
    std::array<char*, 6> arguments{};
    for (std::size_t i = 0; i < (become_ ? 5 : 3); ++i)
        arguments[i] = words[i].data();
    auto wait_on = duplicate(ends->first.fd());
    if (!wait_on) return std::strerror(errno);
    auto pid = ::fork();
    if (pid < 0) return std::strerror(errno);
    if (pid == 0) become_signer(ends->second.fd(), arguments.data());
    pid_ = pid;
    started_ = std::chrono::steady_clock::now();
    link_ = std::move(ends->first);
    link_.expect_no_files();
    if (readable_.is_open()) readable_.close();
    readable_.assign(wait_on.release());
    listen();
    return {};
}

// Never anybody else: a number that is not positive means many.
void key_house::kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
}

void key_house::listen() {
    readable_.async_wait(
        boost::asio::posix::stream_descriptor::wait_read,
        [this](boost::system::error_code stopped) {
            if (!stopped) hear();
        }
    );
}

// It says why it hears a worker no more; its death is noticed elsewhere.
void key_house::hear() {
    for (int i = 0; i < 8; ++i) {
        auto m = link_.receive();
        if (!m) {
            // It is ending already, or it breaks the rules and has to.
            kill();
            return link_.close();
        }
        if (!*m) break;
        events_.event(
            log_level::error,
            "signing process",
            {
                {"says", (*m)->text}
        }
        );
    }
    listen();
}

// At once, unless it died young: then ever later, up to ten seconds.
void key_house::reap() {
    int status = 0;
    std::erase_if(former_, [&](pid_t pid) { return ::waitpid(pid, &status, WNOHANG) == pid; });
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return;
    pid_ = -1;
    if (readable_.is_open()) readable_.close();
    link_.close();
    if (!is_open()) return;
    auto young = std::chrono::steady_clock::now() - started_ < 1s;
    backoff_ = young ? std::clamp(backoff_ * 2, 100ms, 10000ms) : 0ms;
    events_.event(
        log_level::error,
        "signing process died, starting another",
        {
            {"how",   how_it_ended(status)            },
            {"in_ms", std::to_string(backoff_.count())}
    }
    );
    start_later(backoff_);
}

}
