#pragma once

#include "config/settings/file.hpp"
#include "config/value/kind.hpp"

#include <string>
#include <string_view>

namespace postern::config {

// No control characters, which nothing here may hold.
bool is_printable(std::string_view);

// Letters, digits, '-', '_' and '.', at most 253: a name of a machine.
bool is_host_name(std::string_view);

namespace detail {
bool read_text(const word&, reading&, std::string&);
bool read_path(const word&, reading&, std::string&);
bool read_host_name(const word&, reading&, std::string&);
bool read_capability(const word&, bool blanks, reading&);
bool read_user_template(const word&, reading&, std::string&);
}

// Any text without control characters, whole.
struct plain_text {
    using value_type = std::string;
    static std::string syntax() { return "text"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::string& field) {
        return detail::read_text(words[0], in, field);
    }
    static std::vector<std::string> write(const std::string& field, const folder&) {
        return field.empty() ? std::vector<std::string>{} : std::vector{field};
    }
};

struct host_name : plain_text {
    static std::string syntax() { return "a host name"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::string& field) {
        return detail::read_host_name(words[0], in, field);
    }
};

// Text with {user}, {local} and {domain}.
struct user_template : plain_text {
    static std::string syntax() { return "text with {user}, {local}, {domain}"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::string& field) {
        return detail::read_user_template(words[0], in, field);
    }
};

// A file name, kept as a path from the configuration file's folder.
struct file_path {
    using value_type = std::string;
    static std::string syntax() { return "a file name"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::string& field) {
        return detail::read_path(words[0], in, field);
    }
    static std::vector<std::string> write(const std::string& field, const folder& base) {
        return field.empty() ? std::vector<std::string>{} : std::vector{base.relative(field)};
    }
};

// A file whose bytes are read at load.
struct named_file {
    using value_type = file;
    static std::string syntax() { return file_path::syntax(); }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, file& field) {
        field.bytes = nullptr;
        return detail::read_path(words[0], in, field.path);
    }
    static std::vector<std::string> write(const file& field, const folder& base) {
        return file_path::write(field.path, base);
    }
};

// Capabilities to announce. Those of POP3 and SMTP are lines, and may hold blanks when they are
// given as elements of an array.
template <bool Blanks> struct capabilities {
    using value_type = std::vector<std::string>;
    static std::string syntax() { return "words to announce"; }
    static constexpr shape form{.least = 0, .most = 64, .syntax = syntax};
    static constexpr bool array_of_words = true;
    static bool read(std::span<const word> words, reading& in, value_type& field) {
        bool good = true;
        value_type fresh;
        for (auto& w : words) {
            good = detail::read_capability(w, Blanks, in) && good;
            fresh.push_back(w.text);
        }
        if (good) field = std::move(fresh);
        return good;
    }
    static value_type write(const value_type& field, const folder&) { return field; }
};

}
