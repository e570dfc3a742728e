#include "gateway/shared/segment_lock.hpp"

#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace postern::gateway {
namespace {

bool set_lock(int fd, short type) {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_len = 1;
    return ::fcntl(fd, F_SETLK, &range) == 0;
}

}

segment_lock::segment_lock(int fd, lock_patience& patience) : fd_(fd) {
    if ((held_ = set_lock(fd_, F_WRLCK))) return;
    auto until = std::chrono::steady_clock::now() + patience.usual_;
    if (std::chrono::steady_clock::now() < patience.stuck_until_) return;
    do {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
        held_ = set_lock(fd_, F_WRLCK);
    } while (!held_ && std::chrono::steady_clock::now() < until);
    if (!held_) patience.stuck_until_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
}

segment_lock::~segment_lock() {
    if (held_) set_lock(fd_, F_UNLCK);
}

}
