// What is read is written back the same (but for padding that was missing), and what is written can
// be read.
#include "protocols/text/base64.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text::from_base64(text::to_base64(text)) != text) std::abort();
    auto read = text::from_base64(text);
    if (!read) return 0;
    if (read->size() > text.size() / 4 * 3 + 2) std::abort();
    auto again = text::to_base64(*read);
    if (!again.starts_with(text) || again.find_first_not_of('=', text.size()) != again.npos)
        std::abort();
    return 0;
}
