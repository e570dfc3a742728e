#include "gateway/signing/confine.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <vector>

namespace postern::gateway {
namespace {

// Calls that would make more of the process than a signer. The numbers are this machine's; those of
// its other ways to call are denied altogether.
constexpr long denied[] = {
    SYS_socket,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept4,
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_memfd_create,
    SYS_mount,
    SYS_unlinkat,
    SYS_mkdirat,
};

std::uint32_t architecture() {
    utsname machine{};
    if (::uname(&machine) != 0) return 0;
    if (std::strcmp(machine.machine, "x86_64") == 0) return AUDIT_ARCH_X86_64;
    if (std::strcmp(machine.machine, "aarch64") == 0) return AUDIT_ARCH_AARCH64;
    return 0;
}

sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
sock_filter answer(std::uint32_t what) { return BPF_STMT(BPF_RET | BPF_K, what); }
sock_filter skip_if(std::uint16_t test, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, yes, no);
}

std::vector<sock_filter> program(std::uint32_t arch) {
    constexpr std::uint32_t other_numbers = 0x40000000; // x32
    constexpr auto refuse = SECCOMP_RET_ERRNO | EPERM;
    std::vector<sock_filter> out{
        load(offsetof(seccomp_data, arch)),
        skip_if(BPF_JEQ, arch, 1, 0),
        answer(refuse),
        load(offsetof(seccomp_data, nr)),
        skip_if(BPF_JGE, other_numbers, 0, 1),
        answer(refuse),
    };
    auto deny = [&](long call) {
        out.push_back(skip_if(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1));
        out.push_back(answer(refuse));
    };
    for (auto call : denied)
        deny(call);
    if (arch == AUDIT_ARCH_X86_64)
        for (auto older :
             {2, 57, 58, 85}) // open, fork, vfork, creat: the C library uses newer ones
            deny(older);
    // Reading stays: one of the libraries takes its seeds from /dev/urandom.
    constexpr auto flags = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);
    out.push_back(skip_if(BPF_JEQ, SYS_openat, 0, 3));
    out.push_back(load(flags)); // the low half: both machines put it first
    out.push_back(skip_if(BPF_JSET, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1));
    out.push_back(answer(refuse));
    out.push_back(answer(SECCOMP_RET_ALLOW));
    return out;
}

}

void confine() {
    ::prctl(PR_SET_DUMPABLE, 0);
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_FSIZE, &none);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); // else only root may filter
    auto arch = architecture();
    if (!arch) return;
    auto filter = program(arch);
    sock_fprog whole{static_cast<unsigned short>(filter.size()), filter.data()};
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole, 0, 0);
}

}
