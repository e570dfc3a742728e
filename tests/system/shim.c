/* Preloaded into the program by test_machine.py, which steers it through a small file: allocations that fail, and a clock
   that was set. Built by the test with cc -shared -fPIC. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct {
    _Atomic int32_t process;  /* whose allocations are counted */
    _Atomic int32_t failing;  /* how many fail when the time has come */
    _Atomic int64_t until;    /* allocations before that; counted down */
    _Atomic int64_t failed;   /* that have failed */
    _Atomic int64_t seconds;  /* by which CLOCK_REALTIME is wrong, in every process */
} *steer;

static int (*real_clock_gettime)(clockid_t, struct timespec *);

#ifndef SANITIZED /* which has an allocator of its own */
static void *(*real_malloc)(size_t), *(*real_calloc)(size_t, size_t), *(*real_realloc)(void *, size_t);
/* dlsym() allocates before real_calloc is known. */
static char early[4096];
static size_t early_used;

static int fails(void) {
    if (!steer || atomic_load(&steer->process) != getpid()) return 0;
    if (atomic_fetch_sub(&steer->until, 1) > 0) return 0;
    if (atomic_fetch_sub(&steer->failing, 1) <= 0) {
        atomic_store(&steer->failing, 0);
        return 0;
    }
    atomic_fetch_add(&steer->failed, 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) {
    if (!real_malloc) real_malloc = dlsym(RTLD_NEXT, "malloc");
    return fails() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size) {
    if (!real_calloc) {
        void *out = early + early_used;
        early_used += (count * size + 15) & ~(size_t)15;
        return early_used <= sizeof early ? out : NULL;
    }
    return fails() ? NULL : real_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    if (!real_realloc) real_realloc = dlsym(RTLD_NEXT, "realloc");
    return fails() ? NULL : real_realloc(old, size);
}

#endif

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POSTERN_TEST_SHIM");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0) close(fd);
#ifndef SANITIZED
    real_calloc = dlsym(RTLD_NEXT, "calloc");
    real_malloc = dlsym(RTLD_NEXT, "malloc");
    real_realloc = dlsym(RTLD_NEXT, "realloc");
#endif
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    if (at != MAP_FAILED) steer = at;
}

int clock_gettime(clockid_t which, struct timespec *out) {
    if (!real_clock_gettime) real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real_clock_gettime(which, out);
    if (steer && status == 0 && which == CLOCK_REALTIME) out->tv_sec += atomic_load(&steer->seconds);
    return status;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}
