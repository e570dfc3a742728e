#include "protocols/text/http.hpp"

#include <algorithm>

namespace postern::text {

static constexpr std::string_view methods[] = {
    "GET", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "DELETE", "PATCH", "TRACE", "PRI"};

bool is_http_request(std::string_view line) {
    auto method = line.substr(0, line.find(' '));
    if (std::ranges::find(methods, method) == std::end(methods)) return false;
    auto rest = line.substr(method.size());
    if (rest.find(" HTTP/") != rest.npos) return true;
    // HTTP/0.9 names no version, and a method alone may be a tag of IMAP.
    return rest.starts_with(" /") || rest.starts_with(" http");
}

}
