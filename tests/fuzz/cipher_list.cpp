// ssl_ciphers: whatever it says, what is chosen is what the library has, once each, and reading it
// again gives the same.
#include "backends/tls/cipher_string.hpp"

#include <cstdint>
#include <cstdlib>
#include <set>

using namespace postern::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::uint16_t ids[] = {
        0x1301,
        0xc02b,
        0xc02f,
        0xc030,
        0xc013,
        0x009c,
        0x002f,
        0xcca8,
        0x0018,
        0x0002,
        0x000a,
        0x009e,
        0xc0ac,
        0x0041};
    static const auto have = usable_suites(ids);
    std::string_view text(reinterpret_cast<const char*>(data), size);
    for (auto groups : {false, true}) {
        auto list = read_cipher_string(text, have, groups);
        std::set<const suite*> seen;
        for (auto& one : list.chosen)
            if (!seen.insert(one.what).second) std::abort();
        if (list.chosen.empty() && list.complaints.empty()) std::abort();
        if (list.complaints.size() > 33) std::abort();
        if (list.chosen.empty()) continue;
        auto again = read_cipher_string(list.names() + ":@SECLEVEL=0", have, true);
        if (again.names() != list.names() || !again.complaints.empty()) std::abort();
    }
    return 0;
}
