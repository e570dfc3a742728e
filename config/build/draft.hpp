#pragma once

#include "config/build/origins.hpp"
#include "config/report/findings.hpp"
#include "config/settings.hpp"
#include "config/source/tree.hpp"
#include "config/value/folder.hpp"

#include <cstddef>
#include <map>
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
    bool broken = false; // a value could not be read, so what is missing may not be missing

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

// What was not written and does not follow from a struct's initialisers: host name, protocol,
// certificate files, and `ssl` for every address.
void complete(draft&, const folder&);

}
