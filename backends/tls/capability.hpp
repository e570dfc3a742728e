#pragma once

#include <span>
#include <string_view>

namespace postern::tls {

enum class support { full, partial, absent };

// What the linked library can do with one directive or one of its values, as data: printed by
// `postern version`, by the README's table, and the source of every complaint of the kind "this
// library cannot".
struct capability {
    std::string_view directive; // "ssl_protocols"
    std::string_view what;      // "TLSv1"
    support level = support::full;
    std::string_view reason = {}; // why not, and what to do instead; empty when full
};

// The row about a directive's value; null when there is none.
const capability* find_capability(
    std::span<const capability>, std::string_view directive, std::string_view what
);

}
