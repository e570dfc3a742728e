// Names and answers from DNS: a name that may be told is one word wherever it is told, and an
// answer's time is read from within it.
#include "protocols/dns/answer.hpp"
#include "protocols/smtp/xclient.hpp"
#include "protocols/text/host.hpp"
#include "protocols/text/xtext.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace postern;

static void require(bool good) {
    if (!good) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text::is_client_name(text)) {
        require(size > 0 && size <= 253);
        require(text.find_first_of(std::string_view(" \t\r\n\0\\\"=+[]", 11)) == text.npos);
        require(text::to_xtext(text) == text);
        smtp::attributes all;
        all.emplace_back("NAME", std::string(text));
        auto commands = smtp::xclient_commands(all);
        require(commands && commands->size() == 1);
        require(commands->front() == "XCLIENT NAME=" + std::string(text) + "\r\n");
    }
    auto whole = dns::least_time({data, size});
    if (whole) require(size >= 12 && whole->count() >= 0 && whole->count() <= 0xffffffff);
    return 0;
}
