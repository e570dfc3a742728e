#include "gateway/shared/segment.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace postern::gateway {
namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

constexpr int fixed_size = F_SEAL_SHRINK | F_SEAL_GROW;

}

result<segment> segment::make(const char* name, std::size_t bytes) {
    segment made(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), bytes);
    if (made.fd_ < 0) return last_error();
    if (::ftruncate(made.fd_, static_cast<off_t>(bytes)) != 0) return last_error();
    if (::fcntl(made.fd_, F_ADD_SEALS, fixed_size | F_SEAL_SEAL) != 0) return last_error();
    if (auto bad = made.map()) return bad;
    return made;
}

result<segment> segment::adopt(int fd, std::size_t bytes) {
    segment made(fd, bytes);
    struct stat is {};
    if (::fstat(fd, &is) != 0) return last_error();
    auto seals = ::fcntl(fd, F_GET_SEALS);
    if (static_cast<std::size_t>(is.st_size) != bytes || seals < 0 ||
        (seals & fixed_size) != fixed_size)
        return boost::system::error_code(EINVAL, boost::system::system_category());
    if (auto bad = made.map()) return bad;
    return made;
}

boost::system::error_code segment::map() {
    auto at = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (at == MAP_FAILED) return last_error();
    data_ = static_cast<std::byte*>(at);
    ::madvise(at, size_, MADV_DONTDUMP); // sessions and keys have no place in a core file
    return {};
}

segment::segment(segment&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

segment& segment::operator=(segment&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

segment::~segment() {
    if (data_) ::munmap(data_, size_);
    if (fd_ >= 0) ::close(fd_);
}

}
