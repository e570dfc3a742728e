#pragma once

#include "config/report/complaint.hpp"
#include "config/settings/server.hpp"
#include "gateway/process/descriptor.hpp"

#include <cstdint>
#include <string>

namespace postern::gateway {

// A listening socket, or why there is none.
struct bound {
    descriptor socket;   // non-blocking
    std::string address; // as bound: "127.0.0.1:40123", "[::1]:993", "unix:/path"
    std::uint16_t port = 0;
    int error = 0;        // an errno value
    std::string why = {}; // in words, when there is no socket
};

// Binds and listens at a literal address. `port` stands in for the one that was written, so that
// several sockets can share one that the kernel chose. `probe`: nobody of ours listens there yet,
// so that whoever does is a stranger; SO_REUSEPORT alone would share the port with another program
// of the same user.
bound bind_listener(const config::listen_address&, std::uint16_t port, bool probe);

// Gives a bound socket the queues, buffers and times that the directive wants, and listens; also
// when it listens already. What the directive leaves to the system is left as it is. False: errno
// says why.
bool adjust_listener(int fd, const config::listen_address&);

// How an address is written: "127.0.0.1:143", "[::1]:993", "unix:/path".
std::string name_of(const config::listen_address&);

config::complaint complaint_of(const config::listen_address&, const bound& failure);
config::complaint complaint_of(const config::listen_address&, const std::string& why_no_address);
config::complaint complaint_of_twice(const config::listen_address&); // another listen has it

}
