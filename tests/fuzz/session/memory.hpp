#pragma once

#include "config/settings/server.hpp"

#include <cstddef>

namespace postern::fuzz {

// Counts what is on the heap beyond what was there when it began, where a sanitizer tells of it.
class counted_memory {
public:
    counted_memory();
    ~counted_memory();
    counted_memory(const counted_memory&) = delete;
    counted_memory& operator=(const counted_memory&) = delete;

    // Aborts if there was ever more than sessions with these settings may have.
    void check(const config::server_settings&) const;
};

// While it lives nothing is counted: what a target keeps for itself is not the session's.
class uncounted {
public:
    uncounted();
    ~uncounted();
    uncounted(const uncounted&) = delete;
    uncounted& operator=(const uncounted&) = delete;

private:
    bool before_;
};

}
