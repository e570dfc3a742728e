// Header lines of an auth_http answer from any bytes: a route has a server that can be dialled, a
// wait is between a second and an hour, and the words for the log are printable.
#include "protocols/auth_http/response.hpp"
#include "protocols/auth_http/server_name.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

using namespace postern;

namespace {

void require(bool good) {
    if (!good) std::abort();
}

void check(const auth_http::route& to) {
    require(to.port != 0 && auth_http::server_name(to.host) == to.host);
    require(text::is_word(to.host));
    require(to.tls_name.empty() || text::is_word(to.tls_name));
}
void check(const auth_http::denial& no) {
    require(no.wait.count() >= 0 && no.wait <= auth_http::longest_wait);
}
void check(const auth_http::wait& again) {
    require(again.pause.count() >= 1 && again.pause <= auth_http::longest_wait);
}
void check(const auth_http::broken& why) {
    require(!why.reason.empty() && std::ranges::all_of(why.reason, text::is_printable));
}

std::vector<auth_http::field> fields_of(std::string_view bytes) {
    std::vector<auth_http::field> fields;
    while (!bytes.empty()) {
        auto line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
        auto colon = std::min(line.find(':'), line.size());
        fields.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
    }
    return fields;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto fields = fields_of(std::string_view(reinterpret_cast<const char*>(data), size));
    for (auto protocol : {config::mail_protocol::imap, config::mail_protocol::smtp})
        std::visit(
            [](const auto& found) { check(found); }, auth_http::read_response(fields, protocol)
        );
    return 0;
}
