#pragma once

#include "protocols/io/task.hpp"

#include <cstddef>
#include <span>

namespace postern::gateway {

// Memory that several processes see: made by the master, handed to workers as a descriptor, alive
// across reloads for as long as anyone holds it. It can neither shrink nor grow, so no process can
// pull it from under another one. A new one is all zero; everyone who maps one must judge what
// stands there as hostile, since a worker may have been taken over.
class segment {
public:
    // Errors: those of memfd_create, ftruncate and mmap. bytes must not be 0.
    static result<segment> make(const char* name, std::size_t bytes);

    // Maps a descriptor that came from another process, and owns it from now on. EINVAL when its
    // size is not `bytes` or could still change.
    static result<segment> adopt(int fd, std::size_t bytes);

    segment(segment&&) noexcept;
    segment& operator=(segment&&) noexcept;
    ~segment();

    std::span<std::byte> bytes() const { return {data_, size_}; }
    int fd() const { return fd_; } // borrowed

private:
    segment(int fd, std::size_t size) : fd_(fd), size_(size) {}
    boost::system::error_code map();

    int fd_ = -1;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}
