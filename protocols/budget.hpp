#pragma once

#include "config/settings/budget.hpp"
#include "protocols/io/errc.hpp"
#include "protocols/io/task.hpp"

#include <chrono>
#include <cstddef>

namespace postern {

// What one client has cost so far, and what it may. Whoever spends something of it says so; the
// first that is too much answers why, and the session ends with that. It reads no clock itself.
class budget {
public:
    using moment = std::chrono::steady_clock::time_point;

    explicit budget(const config::budget_settings& most, moment until = moment::max())
        : most_(most), until_(until) {}
    budget(const budget&) = delete;
    budget& operator=(const budget&) = delete;

    result<void> command();                    // a valid one, or a line of SASL
    result<void> error();                      // a command that no parser understands
    result<void> sasl_step();                  // a challenge
    result<void> literals(std::size_t so_far); // of IMAP
    result<void> failed_login();               // the last one is answered, too
    result<void> bytes(std::size_t more);      // that were received
    result<void> hold(std::size_t now) const;  // bytes in memory, for what is being read
    result<void> last(moment now) const;       // is there time left
    moment until() const { return until_; }

private:
    const config::budget_settings& most_;
    moment until_;
    std::size_t commands_ = 0, errors_ = 0, steps_ = 0, failures_ = 0, bytes_ = 0;
};

}
