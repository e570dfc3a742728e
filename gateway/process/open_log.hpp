#pragma once

#include "gateway/process/descriptor.hpp"

#include <string>
#include <vector>

namespace postern::gateway {

// A target of logs, open: a file, or a socket for datagrams to a collector of syslog.
struct open_log {
    std::string name; // config::name_of()
    std::string peer; // the collector's address, a sockaddr; empty: a file
    descriptor file;
};

using open_logs = std::vector<open_log>;

// Descriptors of one's own; -1 (errno says why) where there was no room for it.
inline open_logs duplicate(const open_logs& all) {
    open_logs out;
    for (auto& l : all)
        out.push_back({l.name, l.peer, duplicate(l.file.get())});
    return out;
}

}
