#include "config/directive/all.hpp"
#include "config/nginx/translation.hpp"

#include <algorithm>

namespace postern::config {

namespace {

template <class Root>
tried try_row(
    std::span<const row<Root>> rows, std::string_view name, const value& given, const folder& base
) {
    auto found = std::ranges::find(rows, name, [](auto& r) { return r.about.name; });
    if (found == rows.end()) return {};
    findings complaints;
    reading in(found->about.name, base, complaints);
    Root scratch;
    tried out;
    out.good = found->read(scratch, given, in);
    out.back = found->write(scratch, folder(""));
    out.found = complaints.take();
    return out;
}

}

tried try_value(std::string_view name, unsigned context, const value& given, const folder& base) {
    if (context == in_main) return try_row(process_rows(), name, given, base);
    return try_row(server_rows(), name, given, base);
}

written default_of(std::string_view name) {
    for (auto& r : server_rows())
        if (r.about.name == name) return r.write(server_settings(), folder(""));
    return {};
}

}
