#pragma once

#include "gateway/process/descriptor.hpp"
#include "protocols/io/task.hpp"

#include <cstddef>
#include <span>

namespace postern::gateway {

// Memory that one process wrote and nobody can write again, not even that process. It is mapped for
// reading, so all who have it share one copy.
class sealed_memory {
public:
    // Maps a descriptor that came from another process, and owns it from now on. EINVAL when it can
    // still change or is empty.
    static result<sealed_memory> adopt(descriptor);

    sealed_memory(sealed_memory&&) noexcept;
    sealed_memory& operator=(sealed_memory&&) noexcept;
    ~sealed_memory();

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    int fd() const { return fd_.get(); } // borrowed

private:
    sealed_memory(descriptor, const std::byte*, std::size_t);

    descriptor fd_;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

// Such memory while it is written, from its beginning to its end.
class sealed_writer {
public:
    // Errors: those of memfd_create.
    static result<sealed_writer> make(const char* name);

    // False: no room; seal() says why.
    bool append(std::span<const std::byte>);
    result<sealed_memory> seal();

private:
    explicit sealed_writer(descriptor fd) : fd_(std::move(fd)) {}

    descriptor fd_;
    int error_ = 0;
};

}
