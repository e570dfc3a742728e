#pragma once

#include <span>
#include <string_view>

namespace postern::config {

// What nginx does, which no table of postern's says. Directives are nginx's, by its names.

// One that stands twice on one level.
enum class again {
    refused, // "… directive is duplicate"
    joined,  // the words of both count
    replaced // the last one counts
};
again when_written_again(std::string_view name);

// What counts where nothing is written. Only where postern's default is another one does an import
// write it down.
struct nginx_default {
    std::string_view name, value;
};
std::span<const nginx_default> nginx_defaults();

// Whether leaving it out changes nothing for mail.
bool is_without_mail(std::string_view name);

}
