// What makes threads look like processes to ThreadSanitizer. It judges by address, so all mappings
// of one piece of memory are one here; and a record lock, which a process shares among its threads,
// is a mutex. The linker puts these in the place of what gateway/shared calls (--wrap).
#include <cerrno>
#include <cstdarg>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>

namespace {

struct mapping {
    void* at = nullptr;
    int holders = 0;
    std::mutex record_lock;
};

std::mutex guard;
std::map<ino_t, mapping> all;

mapping& of(int fd) {
    struct stat is {};
    ::fstat(fd, &is);
    return all[is.st_ino];
}

}

extern "C" {
void* __real_mmap(void*, std::size_t, int, int, int, off_t);
int __real_munmap(void*, std::size_t);
int __real_fcntl(int, int, ...);

void* __wrap_mmap(void* where, std::size_t size, int rights, int how, int fd, off_t from) {
    if (fd < 0) return __real_mmap(where, size, rights, how, fd, from);
    std::lock_guard held(guard);
    auto& one = of(fd);
    if (one.holders == 0) one.at = __real_mmap(where, size, rights, how, fd, from);
    ++one.holders;
    return one.at;
}

int __wrap_munmap(void* at, std::size_t size) {
    std::lock_guard held(guard);
    for (auto& [file, one] : all)
        if (one.at == at && --one.holders > 0) return 0;
    return __real_munmap(at, size);
}

int __wrap_fcntl(int fd, int command, ...) {
    va_list more;
    va_start(more, command);
    auto* argument = va_arg(more, void*);
    va_end(more);
    if (command != F_SETLK) return __real_fcntl(fd, command, argument);
    guard.lock();
    auto& lock = of(fd).record_lock;
    guard.unlock();
    if (static_cast<struct flock*>(argument)->l_type == F_UNLCK) {
        lock.unlock();
        return 0;
    }
    if (lock.try_lock()) return 0;
    errno = EAGAIN;
    return -1;
}
}
