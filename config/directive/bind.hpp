#pragma once

#include "config/directive/details.hpp"
#include "config/directive/directive.hpp"

namespace postern::config {

namespace detail {

template <class T> struct root_of;
template <class Root, class Field> struct root_of<Field Root::*> { using type = Root; };

template <auto First, auto... Rest> constexpr auto& walk(auto& from) {
    if constexpr (sizeof...(Rest) == 0)
        return from.*First;
    else
        return walk<Rest...>(from.*First);
}

}

// One directive: a kind of value, the way from the root to the field, and the words about it.
template <class Kind, auto First, auto... Rest> constexpr auto bind(directive about) {
    using root = typename detail::root_of<decltype(First)>::type;
    about.repeatable = is_list<Kind>;
    about.form = &shape_of<Kind>();
    about.syntax = shape_of<Kind>().syntax;
    about.words = words_of<Kind>;
    if (!has_details && !about.more.empty()) about.more = details_elsewhere;
    return row<root>{
        about,
        [](root& to, const value& given, reading& in) {
            return read_value<Kind>(given, in, detail::walk<First, Rest...>(to));
        },
        [](const root& from, const folder& base) {
            return write_value<Kind>(detail::walk<First, Rest...>(from), base);
        }};
}

}
