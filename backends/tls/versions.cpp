#include "backends/tls/versions.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

using config::tls_version;

constexpr tls_version every_version[] = {
    tls_version::ssl2,
    tls_version::ssl3,
    tls_version::tls1,
    tls_version::tls1_1,
    tls_version::tls1_2,
    tls_version::tls1_3,
};

std::string names_of(config::tls_versions some) {
    std::string out;
    for (auto v : every_version)
        if (some.contains(v)) {
            if (!out.empty()) out += ' ';
            out += version_name(v);
        }
    return out;
}

}

std::string_view version_name(tls_version v) {
    static constexpr std::string_view names[] = {
        "SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
    return names[static_cast<std::size_t>(v)];
}

config::tls_versions available_versions(
    config::tls_versions asked,
    config::tls_versions has,
    std::string_view library,
    std::vector<config::complaint>& complaints
) {
    auto left = asked, lacking = asked;
    for (auto v : every_version) {
        if (!has.contains(v))
            left.erase(v);
        else
            lacking.erase(v);
    }
    auto names = names_of(lacking);
    auto lib = std::string(library);
    if (left.empty())
        complaints.push_back(
            {config::severity::error,
             "ssl_protocols",
             names.empty() ? "no protocol version is left"
                           : "no protocol version is left: " + lib + " does not have " + names,
             "it has " + names_of(has)}
        );
    else if (!names.empty())
        complaints.push_back(
            {config::severity::warning,
             "ssl_protocols",
             names + " is not available with this TLS library (" + lib + ") and is left out",
             "it has " + names_of(has)}
        );
    return left;
}

version_range as_range(
    config::tls_versions set, std::string_view library, std::vector<config::complaint>& complaints
) {
    auto in_set = [&](tls_version v) { return set.contains(v); };
    auto first = std::ranges::find_if(every_version, in_set);
    auto last =
        std::find_if(std::rbegin(every_version), std::rend(every_version), in_set).base() - 1;
    config::tls_versions missing;
    auto from = first; // of the part above the last hole
    for (auto at = first; at != last; ++at)
        if (!in_set(*at)) {
            missing.insert(*at);
            from = at + 1;
        }
    if (!missing.empty())
        complaints.push_back(
            {config::severity::error,
             "ssl_protocols",
             std::string(library) +
                 " speaks every version between the oldest and the newest one; " +
                 names_of(missing) + " is missing between them",
             "add " + names_of(missing) + ", or leave out what is older"}
        );
    return {*from, *last};
}

}
