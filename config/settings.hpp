#pragma once

#include "config/settings/log.hpp"
#include "config/settings/server.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace postern::config {

// What concerns the program as a whole: the top of the file, outside [mail].
struct process_settings {
    std::size_t workers =
        1; // 0: everything in one process. "auto" was replaced by the number of cores
    std::string user = "nobody"; // what workers become when started as root; "user [group]"
    std::string group;           // empty: the user's own
    std::string pid_file;        // empty: none
    std::chrono::milliseconds shutdown_timeout{
        0};                               // worker_shutdown_timeout; 0: QUIT waits for ever
    bool key_process = false;             // private keys live in a process of their own
    std::size_t handshake_rate = 0;       // TLS handshakes that a worker begins in a second; 0: any
    std::size_t worker_connections = 0;   // sessions in one worker; 0: as many as descriptors allow
    std::size_t worker_rlimit_nofile = 0; // descriptors of one worker; 0: as the system has it
    bool daemon = false;                  // in the background
    std::chrono::milliseconds certificate_watch{
        5000}; // ssl_certificate_watch: between looks at certificate files; 0: none
};

struct settings {
    process_settings process;
    log_settings log;
    std::vector<server_settings> servers;
};

}
