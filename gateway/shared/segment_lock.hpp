#pragma once

#include <chrono>

namespace postern::gateway {

// One process at a time inside a segment.
//
// The lock is a record lock of the kernel on the segment's descriptor, not a mutex in the shared
// memory: the kernel gives it back when its owner dies, and nothing that a hostile worker writes
// into the memory can make another process follow a pointer, as a robust pthread mutex would (its
// list links stand in the memory itself). It costs 0.4 microseconds. A process has one thread, so
// that two owners within one process cannot meet.
class segment_lock {
public:
    // Waits at most `patience`: a worker that is stopped while it holds the lock must not stop the
    // others.
    segment_lock(int fd, std::chrono::microseconds patience);
    ~segment_lock();
    segment_lock(const segment_lock&) = delete;
    segment_lock& operator=(const segment_lock&) = delete;

    bool held() const { return held_; }

private:
    int fd_;
    bool held_ = false;
};

}
