#pragma once

#include "gateway/observe/log.hpp"
#include "gateway/observe/log_targets.hpp"
#include "gateway/process/log_files.hpp"

namespace postern::gateway {

// The master's hold on all logs: it writes its own events to those of the top of the file, and
// lends all to workers.
class program_logs {
public:
    explicit program_logs(log& events) : events_(events) {}

    // In force from now on, as the settings want.
    void keep(log_files, const config::settings&);

    // Opens all anew, by the same settings. False, and everything stays, when one cannot be; events
    // say why.
    bool reopen(const config::settings&);

    const open_logs& targets() const { return files_.targets; }

    // Into a bundle: descriptors of its own. False when there are none left.
    bool lend(open_logs& targets, descriptor& secrets) const;

private:
    log& events_;
    log_targets outlets_;
    log_files files_;
};

}
