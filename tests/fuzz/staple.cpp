// OCSP responses, which come from a responder through an operator's script.
#include "backends/tls/staple.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto bytes = std::make_shared<const secret>(text);
    tls::certificate leaf;
    leaf.serial = "\x10\x01"; // as in the corpus
    std::vector<config::complaint> complaints;
    auto made = tls::read_staple({"ocsp", bytes}, leaf, complaints);
    // Either there is something to send or it is said why not, once.
    if (made.response.empty() != (complaints.size() == 1)) std::abort();
    if (made.response.size() > size) std::abort();
    return 0;
}
