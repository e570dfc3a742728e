#include "gateway/observe/outlet.hpp"

#include "gateway/observe/syslog.hpp"

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace postern::gateway {

using config::log_level;

constexpr std::chrono::seconds to_be_believed{5};

// One write() for the whole line, so that lines of several processes never mix. When a disk is full
// less than all may be taken; then errno says why the rest is not.
static std::size_t write_line(int fd, std::string_view text) {
    std::size_t taken = 0;
    while (taken < text.size()) {
        auto written = ::write(fd, text.data() + taken, text.size() - taken);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        taken += static_cast<std::size_t>(written);
    }
    return taken;
}

outlet::outlet(std::string name, const config::syslog_collector& to)
    : name_(std::move(name)), collector_(to),
      machine_(to.says_host_name ? machine_name() + " " : std::string()) {}

void outlet::use(int fd, std::string_view peer) {
    fd_ = fd;
    peer_ = peer;
}

int outlet::put(std::optional<log_level> level, std::string_view line) {
    return collector_ ? send(level, line) : put_in_file(line);
}

int outlet::put_in_file(std::string_view line) {
    auto text = torn_ ? "\n" + std::string(line) : std::string();
    auto whole = torn_ ? std::string_view(text) : line;
    auto taken = write_line(fd_, whole);
    auto error = taken < whole.size() ? errno : 0;
    torn_ = error != 0 && (torn_ || taken > 0);
    return error;
}

int outlet::send(std::optional<log_level> level, std::string_view line) {
    line.remove_suffix(line.ends_with('\n') ? 1 : 0);
    auto head = syslog_head(*collector_, machine_, level, std::time(nullptr));
    return send_datagram(fd_, peer_, head, line);
}

bool outlet::lose() {
    if (++lost_ > 1) return false;
    told_ = std::chrono::steady_clock::now();
    return true;
}

std::uint64_t outlet::give_up() {
    use(-1);
    return std::exchange(lost_, 0);
}

std::uint64_t outlet::regain() {
    if (lost_ == 0) return 0;
    if (collector_ && std::chrono::steady_clock::now() - told_ < to_be_believed) return 0;
    return std::exchange(lost_, 0);
}

}
