// Patterns of routes and names of users, a line each: a pattern fits what the plain definition says
// that it fits, and a hostile name comes out of {user}, {local} and {domain} as it went in.
#include "gateway/lookup/static_table.hpp"
#include "gateway/lookup/wildcard.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;
using namespace postern::gateway;

namespace {

void require(bool good) {
    if (!good) std::abort();
}

// Row by row: whether the pattern so far fits the first n bytes.
bool fits_by_definition(std::string_view pattern, std::string_view text) {
    std::vector<bool> now(text.size() + 1), before;
    now[0] = true;
    for (char p : pattern) {
        before = now;
        now.assign(text.size() + 1, false);
        now[0] = p == '*' && before[0];
        for (std::size_t n = 1; n <= text.size(); ++n)
            now[n] = p == '*'
                         ? before[n] || now[n - 1]
                         : before[n - 1] && (p == '?' || fold(std::string(1, p)) ==
                                                             fold(std::string(1, text[n - 1])));
    }
    return now[text.size()];
}

std::string_view take_line(std::string_view& from) {
    auto line = from.substr(0, from.find('\n'));
    from.remove_prefix(std::min(line.size() + 1, from.size()));
    return line;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 2000));
    auto pattern = take_line(bytes), user = bytes;
    require(fits(pattern, user) == fits_by_definition(pattern, user));
    require(fill_in("{user}", user) == user);
    auto domain = domain_of(user);
    if (user.find('@') != user.npos) require(fill_in("{local}@{domain}", user) == user);
    require(fill_in("<{domain}>", user) == "<" + std::string(domain) + ">");

    config::lookup_settings settings;
    config::route_settings by_pattern;
    by_pattern.pattern = pattern;
    by_pattern.upstream.host = "a.example.org";
    if (!pattern.empty()) settings.routes.push_back(by_pattern);
    settings.upstream.host = "b.example.org";
    static_table table(settings);
    auto to = std::get<route>(table.find(user, config::mail_protocol::imap));
    bool chosen = !pattern.empty() && fits_by_definition(pattern, user);
    require(to.upstream.host == (chosen ? "a.example.org" : "b.example.org"));
    require(to.user == user && to.upstream.port == 143);
    return 0;
}
