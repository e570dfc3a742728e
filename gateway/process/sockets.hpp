#pragma once

#include "config/report/complaint.hpp"
#include "config/settings.hpp"
#include "gateway/process/bind.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::gateway {

// The listening sockets of the program. The master alone opens them and keeps a descriptor of each,
// so that neither a reload nor a worker's death loses a connection that waits in a queue.
//
// A TCP address has one socket for each worker (SO_REUSEPORT), over which the kernel spreads the
// connections; a Unix socket is one for all. A name or a range of ports is several addresses.
class sockets {
public:
    // A complaint of server number `server` about its `listen`.
    struct trouble {
        std::size_t server;
        config::complaint what;
    };

    // One socket as a worker needs it.
    struct place {
        std::size_t server, listener; // in the settings that were opened
        std::uint64_t key;            // the same over reloads for as long as the socket stays open
        int fd;                       // borrowed
        const std::string* address;   // as bound: "127.0.0.1:40123", "[::1]:993", "unix:/path"
        bool is_new;                  // opened by the last open()
    };

    sockets();
    ~sockets();

    // Opens what `settings` want for so many workers (0 counts as 1) and is not open yet. What is
    // open already stays as it is until keep() or abandon() decides. When anything is wrong, only
    // abandon() may follow.
    std::vector<trouble> open(const config::settings& settings, std::size_t workers);

    // What was opened is in force; what it no longer wants is closed.
    void keep();
    void abandon();

    std::vector<place> of_worker(std::size_t worker) const;

    void close_all();

private:
    struct address;
    struct use;

    std::shared_ptr<address> find(const std::string& identity) const;
    std::optional<config::complaint>
    open(std::size_t server, std::size_t listener, const config::listen_address&);
    std::optional<bound> grow(address&, const config::listen_address&, std::size_t workers);

    std::vector<use> in_force_, wanted_;
    std::map<std::string, int> free_ports_; // asked for by the settings that are being opened
    std::uint64_t last_key_ = 0;
    std::size_t workers_ = 1;
};

}
