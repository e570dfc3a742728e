#include "config/build/origins.hpp"

namespace postern::config {

void origins::note(std::size_t scope, std::string_view directive, place where) {
    places_[{scope, std::string(directive)}] = std::move(where);
}

void origins::note_server(std::size_t scope, place where) { servers_[scope] = std::move(where); }

const place* origins::find(std::size_t scope, std::string_view directive) const {
    auto it = places_.find({scope, std::string(directive)});
    return it == places_.end() ? nullptr : &it->second;
}

place origins::of_server(std::size_t scope) const {
    auto it = servers_.find(scope);
    return it == servers_.end() ? place{} : it->second;
}

}
