#include "config/build/load.hpp"

#include "config/build/assign.hpp"
#include "config/build/files.hpp"
#include "config/build/outline.hpp"
#include "config/build/rules.hpp"
#include "config/source/toml.hpp"

namespace postern::config {

namespace {

// off and none win over an inherited zone: from here on there is none.
void drop_unused_zones(settings& all) {
    for (auto& server : all.servers) {
        auto& cache = server.tls.cache;
        if (cache.uses_zone()) continue;
        cache.zone.clear();
        cache.zone_bytes = 0;
    }
}

}

namespace {

// No tree: the text was none, and `found` says so.
loaded build(const block* tree, std::string_view name, const file_reader& read, findings& found) {
    loaded out;
    out.name = name;
    if (tree) {
        folder base(name);
        auto all = assign(outline_of(*tree, found), base, found);
        complete(all, base);
        apply_rules(all, out.name, found);
        read_files(all, read, found);
        drop_unused_zones(all.made);
        out.from = std::move(all.from);
        out.draft = std::make_shared<const settings>(std::move(all.made));
    }
    out.diagnostics = found.take();
    tidy(out.diagnostics);
    if (!any_error(out.diagnostics)) out.made = out.draft;
    return out;
}

}

loaded load_tree(
    const block& tree,
    std::string_view name,
    const file_reader& read,
    std::vector<diagnostic> before
) {
    findings found;
    found.add(std::move(before));
    return build(&tree, name, read, found);
}

loaded load(std::string_view text, std::string_view name, const file_reader& read) {
    findings found;
    auto tree = read_toml(text, std::string(name), found);
    return build(tree ? &*tree : nullptr, name, read, found);
}

namespace {

std::vector<diagnostic> put_in_place(
    const std::vector<complaint>& complaints, const auto& place_of
) {
    std::vector<diagnostic> out;
    for (auto& c : complaints) {
        auto text = c.directive.empty() ? c.text : c.directive + ": " + c.text;
        out.push_back({c.level, place_of(c.directive), text, c.hint});
    }
    tidy(out);
    return out;
}

}

std::vector<diagnostic> locate(
    const std::vector<complaint>& complaints, const origins& from, std::size_t server
) {
    return put_in_place(complaints, [&](const std::string& directive) {
        auto written = from.find(server, directive);
        return written ? *written : from.of_server(server);
    });
}

std::vector<diagnostic> locate_in_route(
    const std::vector<complaint>& complaints,
    const origins& from,
    std::size_t server,
    std::size_t route
) {
    return put_in_place(complaints, [&](const std::string& directive) {
        auto written = from.find(server, route_origin(route, directive));
        if (!written) written = from.find(server, directive);
        if (!written) written = from.find(server, route_origin(route, ""));
        return written ? *written : from.of_server(server);
    });
}

}
