#include "gateway/session/record.hpp"

#include <cstdint>
#include <random>

namespace postern::gateway {

// A counter in the disguise of a random number: ids of one worker never repeat, those of two
// workers hardly ever meet. (The mixing is that of SplitMix64.)
std::string new_session_id() {
    static std::uint64_t state =
        std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
    std::uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    std::string out(16, '0');
    for (auto& digit : out) {
        digit = "0123456789abcdef"[z & 15];
        z >>= 4;
    }
    return out;
}

}
