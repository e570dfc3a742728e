#pragma once

#include "config/settings/budget.hpp"
#include "protocols/io/errc.hpp"
#include "protocols/io/task.hpp"

#include <cstddef>

namespace postern {

// What one client has cost so far, and what it may. Whoever spends something of it says so; the
// first that is too much answers why, and the session ends with that.
class budget {
public:
    explicit budget(const config::budget_settings& most) : most_(most) {}
    budget(const budget&) = delete;
    budget& operator=(const budget&) = delete;

    result<void> command(); // a valid one, or a line of SASL
    result<void> error();   // a command that no parser understands; the last one is answered, too
    result<void> failed_login();

private:
    const config::budget_settings& most_;
    std::size_t commands_ = 0, errors_ = 0, failures_ = 0;
};

}
