#pragma once

#include "config/build/origins.hpp"
#include "config/report/findings.hpp"
#include "config/settings.hpp"
#include "config/source/tree.hpp"
#include "config/value/folder.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// An entry that counts for a server, and whether it stands in the server's own block.
struct laid_entry {
    const entry* what = nullptr;
    bool own = false;
};

// What the loader remembers of one server besides its settings. Points into the tree.
struct server_notes {
    place where;
    std::map<std::string, laid_entry, std::less<>> written; // the innermost of each name
    std::vector<const block*> routes;
    bool routes_own = false;
    std::vector<const block*> certificates; // [[mail.certificate]]
    bool certificates_own = false;
    // Directives with values that could not be read, and routes with anything that could not: what
    // is missing there may not be missing, so no rule complains of it.
    std::set<std::string, std::less<>> broken;
    std::set<std::size_t> broken_routes, broken_certificates;

    bool is_broken(std::initializer_list<std::string_view> any) const {
        return std::ranges::any_of(any, [&](auto d) { return broken.contains(d); });
    }

    // Null when the directive was written neither here nor in [mail].
    const entry* find(std::string_view directive) const {
        auto it = written.find(directive);
        return it == written.end() ? nullptr : it->second.what;
    }
    bool is_own(std::string_view directive) const {
        auto it = written.find(directive);
        return it != written.end() && it->second.own;
    }
    // Where it was written, else the server itself.
    place place_of(std::string_view directive) const {
        auto e = find(directive);
        return e ? e->where : where;
    }
    // The n-th of its values.
    place place_of(std::string_view directive, std::size_t n) const;
};

// Settings while they are being made.
struct draft {
    settings made;
    origins from;
    std::vector<server_notes> notes; // one for each of made.servers
};

// The name under which origins hold a directive of a server's n-th route.
std::string route_origin(std::size_t n, std::string_view directive);

// The same for a directive of a server's n-th [[mail.certificate]].
std::string certificate_origin(std::size_t n, std::string_view directive);

// What was not written and does not follow from a struct's initialisers: host name, protocol,
// certificate files, `ssl` for every address, and a budget that other settings need.
void complete(draft&, const folder&);
void complete_budget(server_settings&, const server_notes&);

}
