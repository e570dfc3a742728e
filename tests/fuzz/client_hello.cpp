// The beginning of a TLS connection: read whole and in every shorter form, and never beyond its
// end; and packed anew, which changes nothing of what it says.
#include "backends/tls/client_hello.hpp"

#include "backends/tls/hello_check.hpp"

#include <cstdlib>
#include <span>

using namespace postern::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto all = std::as_bytes(std::span(data, size));
    client_hello hello;
    auto state = read_client_hello(all, hello);
    if (state == hello_state::whole) {
        if (hello.server_name.size() > size) std::abort();
        for (auto& name : hello.protocols)
            if (name.empty() || name.size() > 255) std::abort();
    }
    (void)find_fault(all, server());
    client_hello again;
    auto packed = repack({all.begin(), all.end()});
    if (read_client_hello(packed, again) != state || again.server_name != hello.server_name ||
        again.suites != hello.suites)
        std::abort();
    // An answer that was final stays so with more bytes; "partial" is never an answer to too much.
    if (size > hello_limit && state == hello_state::partial) std::abort();
    for (std::size_t cut = 0; cut < size && cut < 600; ++cut) {
        client_hello part;
        auto early = read_client_hello(all.first(cut), part);
        if (early != hello_state::partial && early != state) std::abort();
    }
    return 0;
}
