#include "tests/backends/support/s_client.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace postern::tls::test {

fd::fd(int number) : number_(number) {
    if (number < 0) throw std::runtime_error("no descriptor");
}

void fd::reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
}

bool fd::readable(int milliseconds) const {
    pollfd one{number_, POLLIN, 0};
    return poll(&one, 1, milliseconds) == 1;
}

std::string fd::receive() const {
    char some[65536];
    if (!readable()) return {};
    auto n = read(number_, some, sizeof some);
    return {some, n > 0 ? static_cast<std::size_t>(n) : 0};
}

void fd::send_all(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        auto n = send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

listening::listening() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (bind(socket.get(), address, size) != 0 || listen(socket.get(), 4) != 0)
        throw std::runtime_error("cannot listen");
    getsockname(socket.get(), address, &size);
    port = std::to_string(ntohs(at.sin_port));
}

s_client::s_client(const std::string& port, const std::vector<std::string>& more) {
    std::vector<std::string> words{"openssl", "s_client", "-connect", "127.0.0.1:" + port};
    words.insert(words.end(), more.begin(), more.end());
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    start(words, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = std::make_unique<fd>(out[0]);
}

s_client::~s_client() {
    close(input_);
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
}

void s_client::start(const std::vector<std::string>& words, int in, int out) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, out, 2);
    std::vector<char*> argv;
    for (auto& w : words)
        argv.push_back(const_cast<char*>(w.c_str()));
    argv.push_back(nullptr);
    auto failed = posix_spawnp(&child_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) throw std::runtime_error("cannot start openssl");
}

void s_client::type(std::string_view text) const {
    if (write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error("cannot type");
}

std::string s_client::all_output() const {
    std::string all;
    for (auto some = output_->receive(); !some.empty(); some = output_->receive())
        all += some;
    return all;
}

}
