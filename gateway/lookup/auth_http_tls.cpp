#include "gateway/lookup/auth_http_tls.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace postern::gateway {
namespace {

// What is spoken with services is compiled as what is spoken with upstreams is, and complained of
// by the directives of those.
std::string renamed(std::string text) {
    constexpr std::string_view old = "proxy_ssl", fresh = "auth_http_ssl";
    for (auto at = text.find(old); at != text.npos; at = text.find(old, at + fresh.size()))
        text.replace(at, old.size(), fresh);
    return text;
}

}

std::shared_ptr<const tls::client> tls_of_auth_http(
    const config::lookup_settings& settings,
    const tls::backend& library,
    std::vector<config::complaint>& complaints
) {
    if (!settings.uses_https()) return nullptr;
    auto compiled = library.compile_client(settings.auth_http_tls, "http/1.1");
    for (auto& one : compiled.complaints) {
        one.directive = renamed(std::move(one.directive));
        one.text = renamed(std::move(one.text));
        one.hint = renamed(std::move(one.hint));
        complaints.push_back(std::move(one));
    }
    return compiled.made;
}

}
