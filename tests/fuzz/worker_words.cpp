// What a worker in a stranger's hands may say to the master: packets of any bytes. Each is a
// message of bounded size, or the worker is heard no more; nothing hangs.
#include "gateway/process/channel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <sys/socket.h>

using namespace postern::gateway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    channel master((descriptor(ends[0])));
    descriptor worker(ends[1]);
    master.expect_no_files();
    // Each packet behind its length, of two bytes; what is sent beyond eight is of no use.
    std::span<const std::uint8_t> left(data, size);
    for (int packets = 0; left.size() >= 2 && packets < 8; ++packets) {
        auto length = std::min<std::size_t>(left[0] + 256u * left[1], left.size() - 2);
        ::send(worker.get(), left.data() + 2, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        left = left.subspan(2 + length);
    }
    worker = descriptor();
    for (int heard = 0;; ++heard) {
        auto got = master.receive();
        if (!got && got.error().value() != EPROTO && got.error().value() != ECONNRESET)
            std::abort();
        if (!got) return 0;
        if (!*got || heard == 8) std::abort(); // it is closed, so there is an end
        if ((*got)->text.size() > channel::longest_text || !(*got)->files.empty()) std::abort();
    }
}
