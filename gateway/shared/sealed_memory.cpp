#include "gateway/shared/sealed_memory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

namespace postern::gateway {
namespace {

boost::system::error_code error_of(int value) { return {value, boost::system::system_category()}; }

constexpr int for_good = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

}

sealed_memory::sealed_memory(descriptor fd, const std::byte* data, std::size_t size)
    : fd_(std::move(fd)), data_(data), size_(size) {}

sealed_memory::sealed_memory(sealed_memory&& other) noexcept
    : fd_(std::move(other.fd_)), data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

sealed_memory& sealed_memory::operator=(sealed_memory&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

sealed_memory::~sealed_memory() {
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

// MAP_PRIVATE: older kernels refuse to share a mapping that could be made writable later. Nobody
// writes, so the pages are the same ones all the same.
result<sealed_memory> sealed_memory::adopt(descriptor fd) {
    struct stat is {};
    if (::fstat(fd.get(), &is) != 0) return error_of(errno);
    auto size = static_cast<std::size_t>(is.st_size);
    auto seals = ::fcntl(fd.get(), F_GET_SEALS);
    if (size == 0 || seals < 0 || (seals & for_good) != for_good) return error_of(EINVAL);
    auto at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (at == MAP_FAILED) return error_of(errno);
    ::madvise(at, size, MADV_DONTDUMP); // keys have no place in a core file
    return sealed_memory(std::move(fd), static_cast<const std::byte*>(at), size);
}

result<sealed_writer> sealed_writer::make(const char* name) {
    descriptor fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) return error_of(errno);
    return sealed_writer(std::move(fd));
}

bool sealed_writer::append(std::span<const std::byte> some) {
    while (!some.empty() && error_ == 0) {
        auto count = ::write(fd_.get(), some.data(), some.size());
        if (count > 0)
            some = some.subspan(static_cast<std::size_t>(count));
        else if (count == 0 || errno != EINTR)
            error_ = count == 0 ? ENOSPC : errno;
    }
    return error_ == 0;
}

result<sealed_memory> sealed_writer::seal() {
    if (error_ != 0) return error_of(error_);
    if (::fcntl(fd_.get(), F_ADD_SEALS, for_good) != 0) return error_of(errno);
    return sealed_memory::adopt(std::move(fd_));
}

}
