#include "backends/tls/random.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

namespace postern::tls {

void fill_random(std::span<std::byte> out) {
    while (!out.empty()) {
        auto n = ::getrandom(out.data(), out.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) std::abort(); // to go on with what lies there would be worse
        out = out.subspan(static_cast<std::size_t>(n));
    }
}

}
