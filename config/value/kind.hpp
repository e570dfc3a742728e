#pragma once

#include "config/value/reading.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace postern::config {

// A kind of value is a type with
//   using value_type;                       the field it fills
//   static constexpr shape form;            how it looks from outside, with its name
//   static bool read(span<const word>, reading&, value_type&);   the words fit the shape; the field
//                                           holds the default or what an outer block gave
//   static vector<string> write(const value_type&, const folder&);   no words: not set
// and optionally
//   static vector<string_view> words();     every word it may begin with, for completion
//   static constexpr bool array_of_words;   written back as an array

// Several values of one kind: the directive may be given an array. MayBeEmpty: [] is a value.
template <class Kind, bool MayBeEmpty = false> struct list_of {
    using value_type = std::vector<typename Kind::value_type>;
    using element = Kind;
    static constexpr bool may_be_empty = MayBeEmpty;
};

template <class Kind> constexpr bool is_list = requires { typename Kind::element; };

template <class Kind> constexpr const shape& shape_of() {
    if constexpr (is_list<Kind>)
        return Kind::element::form;
    else
        return Kind::form;
}

template <class Kind> bool read_one(const value& v, reading& in, typename Kind::value_type& field) {
    std::vector<word> words;
    return take_words(v, Kind::form, in, words) && Kind::read(words, in, field);
}

// Reads a directive's value into its field; false, after complaints, when something is wrong.
template <class Kind>
bool read_value(const value& v, reading& in, typename Kind::value_type& field) {
    if constexpr (!is_list<Kind>) {
        return read_one<Kind>(v, in, field);
    } else {
        using element = typename Kind::element;
        auto values = values_of(v);
        if (values.empty() && !Kind::may_be_empty)
            return in.refuse(v.where, "needs " + element::form.syntax());
        field.clear();
        bool good = true;
        for (auto& one : values) {
            typename element::value_type item{};
            if (read_one<element>(one, in, item))
                field.push_back(std::move(item));
            else
                good = false;
        }
        return good;
    }
}

template <class Kind>
written write_value(const typename Kind::value_type& field, const folder& base) {
    written out;
    out.split = shape_of<Kind>().split;
    out.bare = (shape_of<Kind>().also & integers) != 0;
    if constexpr (is_list<Kind>) {
        out.form = written::list;
        for (auto& item : field)
            out.values.push_back(Kind::element::write(item, base));
    } else {
        auto words = Kind::write(field, base);
        if constexpr (requires { Kind::array_of_words; }) out.form = written::words;
        if (!words.empty() || out.form == written::words) out.values.push_back(std::move(words));
    }
    return out;
}

template <class Kind> std::vector<std::string_view> words_of() {
    if constexpr (is_list<Kind>)
        return words_of<typename Kind::element>();
    else if constexpr (requires { Kind::words(); })
        return Kind::words();
    else
        return {};
}

}
