#pragma once

#include "config/settings/handshake.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// Directives of nginx that are understood and have nothing to set here. What asks for the way
// things are is taken; all else is a complaint that says what to write instead. Most have no field:
// their value is the whole struct, untouched.

namespace detail {
bool read_openssl_command(std::span<const word>, reading&);
bool warn_about_dhparam(const word&, reading&);
}

// A flag that can only be off.
struct foreign_answer {
    const char* why;
    const char* instead;
};
template <const foreign_answer& Answer> struct always_off {
    using value_type = handshake_settings;
    static std::string syntax() { return "off"; }
    static constexpr shape form{.also = booleans, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, value_type&) {
        bool on = false;
        if (!flag::read(words, in, on)) return false;
        return !on || in.refuse(words[0].where, Answer.why, Answer.instead);
    }
    static std::vector<std::string> write(const value_type&, const folder&) { return {"off"}; }
    static std::vector<std::string_view> words() { return {"off"}; }
};

// ssl_conf_command: a command of OpenSSL's SSL_CONF_cmd() and its value.
struct openssl_command {
    using value_type = std::pair<std::string, std::string>;
    static std::string syntax() { return "a command of OpenSSL's and its value"; }
    static constexpr shape form{.least = 2, .most = 2, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, value_type& field) {
        field = {words[0].text, words[1].text};
        return detail::read_openssl_command(words, in);
    }
    static std::vector<std::string> write(const value_type& field, const folder&) {
        return {field.first, field.second};
    }
};

// ssl_dhparam: a file that nobody needs.
struct dh_file {
    using value_type = handshake_settings;
    static std::string syntax() { return file_path::syntax(); }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, value_type&) {
        return detail::warn_about_dhparam(words[0], in);
    }
    static std::vector<std::string> write(const value_type&, const folder&) { return {}; }
};

}
