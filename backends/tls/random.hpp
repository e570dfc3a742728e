#pragma once

#include <cstddef>
#include <span>

namespace postern::tls {

// Fills the bytes from the kernel (getrandom(2)), never from a TLS library: one of them repeats
// itself in forked processes. Ends the program when the kernel has none to give, which Linux does
// not do once it has booted.
void fill_random(std::span<std::byte>);

}
