// Certificate and key files: PEM blocks, and the certificates in them.
#include "backends/tls/pem.hpp"

#include "backends/tls/certificate.hpp"

#include <cstdint>
#include <cstdlib>

using namespace postern::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    for (auto& block : read_pem(text).blocks) {
        auto again = read_pem(block.text.reveal());
        if (again.blocks.size() != 1 || again.blocks[0].label != block.label) std::abort();
        auto bytes = pem_bytes(block);
        if (bytes && bytes->size() > block.text.reveal().size()) std::abort();
        if (bytes) read_certificate(*bytes);
    }
    read_certificate(text);
    return 0;
}
