#include "protocols/proxy_protocol/receive.hpp"

#include <utility>

namespace postern::proxy_protocol {

task<result<std::optional<addresses>>> receive_header(stream& from, std::string& trouble) {
    using answer = result<std::optional<addresses>>;
    std::string bytes;
    for (;;) {
        auto now = read_header(bytes);
        if (now.what == reading::state::whole) co_return answer(std::move(now.said));
        if (now.what == reading::state::broken) {
            trouble = now.why;
            co_return answer(errc::no_proxy_header);
        }
        auto more = co_await from.read(now.wanted);
        if (!more) co_return answer(more.error());
        bytes += *more;
    }
}

}
