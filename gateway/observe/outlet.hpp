#pragma once

#include "config/settings/log.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::gateway {

// One place that lines go to, an open file or a collector of syslog, whoever writes them. A line
// that it does not take is lost, and counted. Nothing here waits, but for a file.
class outlet {
public:
    explicit outlet(std::string name) : name_(std::move(name)) {}
    outlet(std::string name, const config::syslog_collector&);

    // The descriptor is borrowed, -1: closed. `peer`: the collector's address, a sockaddr, by which
    // a socket that lost it finds it again.
    void use(int fd, std::string_view peer = {});
    bool is_open() const { return fd_ >= 0; }
    const std::string& name() const { return name_; }

    // A whole line, with its end. Answers 0 or an errno: that this line was lost, or one before it,
    // as its collector says only now. Lines without a level are those of the access log.
    int put(std::optional<config::log_level>, std::string_view line);

    // After put(). Whether to tell of a loss, since it is the first one; and how many lines were
    // lost, 0: nothing to tell, when lines are taken again. A collector may answer to every other
    // line only, and must stay for some seconds to be believed.
    bool lose();
    std::uint64_t regain();

    // Closes it for ever. Answers how many lines were lost and not told of since.
    std::uint64_t give_up();

private:
    int put_in_file(std::string_view line);
    int send(std::optional<config::log_level>, std::string_view line);

    std::string name_;
    int fd_ = -1;
    std::string peer_;
    std::optional<config::syslog_collector> collector_;
    std::string machine_; // what it is called, and a blank
    std::uint64_t lost_ = 0;
    std::chrono::steady_clock::time_point told_{};
    bool torn_ = false; // the file ends with the beginning of a line
};

}
