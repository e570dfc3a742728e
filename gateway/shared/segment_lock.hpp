#pragma once

#include <chrono>

namespace postern::gateway {

// How long one user of a segment waits for its lock. Who has waited in vain does not wait again for
// a second, so that a worker which is stopped while it holds the lock costs the others little.
class lock_patience {
public:
    explicit lock_patience(std::chrono::microseconds usual = std::chrono::milliseconds(10))
        : usual_(usual) {}

private:
    friend class segment_lock;
    std::chrono::microseconds usual_;
    std::chrono::steady_clock::time_point stuck_until_{};
};

// One process at a time inside a segment.
//
// The lock is a record lock of the kernel on the segment's descriptor, not a mutex in the shared
// memory: the kernel gives it back when its owner dies, and nothing that a hostile worker writes
// into the memory can make another process follow a pointer, as a robust pthread mutex would (its
// list links stand in the memory itself). It costs 0.4 microseconds. A process has one thread, so
// that two owners within one process cannot meet.
class segment_lock {
public:
    // Takes the lock, or gives up when the patience has run out; see held().
    segment_lock(int fd, lock_patience&);
    ~segment_lock();
    segment_lock(const segment_lock&) = delete;
    segment_lock& operator=(const segment_lock&) = delete;

    bool held() const { return held_; }

private:
    int fd_;
    bool held_ = false;
};

}
