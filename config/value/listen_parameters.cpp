#include "config/value/listen_parameters.hpp"

#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"
#include "config/value/numbers.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace postern::config::detail {

namespace {

using out_t = listen_address;
using value_t = std::string_view;

constexpr int default_backlog = 511;

// False: the value makes no sense. Words without a value are read from an empty one.
template <bool out_t::*Flag> bool read_word(value_t, out_t& out) {
    out.*Flag = true;
    return true;
}

bool read_nothing(value_t, out_t&) { return true; }

template <std::uint64_t Low, std::uint64_t High, class Field>
bool read_number(value_t v, Field& out) {
    auto n = parse_number(v);
    if (!n || *n < Low || *n > High) return false;
    out = static_cast<Field>(*n);
    return true;
}

bool read_backlog(value_t v, out_t& out) { return read_number<1, 65535>(v, out.backlog); }
bool read_fastopen(value_t v, out_t& out) { return read_number<1, 65535>(v, out.fastopen); }

template <std::size_t out_t::*Field> bool read_buffer(value_t v, out_t& out) {
    auto n = parse_size(v);
    if (!n || *n < 1024 || *n > 1 << 30) return false;
    out.*Field = static_cast<std::size_t>(*n);
    return true;
}

bool read_ipv6only(value_t v, out_t& out) {
    out.ipv6only = v == "on";
    return v == "on" || v == "off";
}

// Whole seconds as TCP_KEEPIDLE and TCP_KEEPINTVL take them; nothing written means 0.
bool read_seconds(value_t v, std::size_t& out) {
    if (v.empty()) return true;
    auto t = parse_time(v).time;
    if (!t || *t < std::chrono::seconds(1) || *t > std::chrono::seconds(32767) ||
        t->count() % 1000 != 0)
        return false;
    out = static_cast<std::size_t>(t->count() / 1000);
    return true;
}

bool read_keepalive(value_t v, out_t& out) {
    keepalive_settings k;
    if (v == "on" || v == "off") {
        k.on = v == "on";
        out.keepalive = k;
        return true;
    }
    auto first = v.find(':');
    auto second = first == v.npos ? v.npos : v.find(':', first + 1);
    if (second == v.npos || v.size() < 3) return false; // not all three empty
    auto count = v.substr(second + 1);
    if (!read_seconds(v.substr(0, first), k.idle) ||
        !read_seconds(v.substr(first + 1, second - first - 1), k.interval) ||
        (!count.empty() && !read_number<1, 127>(count, k.count)))
        return false;
    out.keepalive = k;
    return true;
}

struct parameter {
    value_t name;
    value_t value; // as the reference shows it; empty: a word alone
    bool unix_too; // makes sense for a Unix socket
    bool (*read)(value_t, out_t&);
};

constexpr parameter parameters[] = {
    {"ssl",            {},                                  true,  read_word<&out_t::ssl>           },
    {"proxy_protocol", {},                                  true,  read_word<&out_t::proxy_protocol>},
    {"backlog",        "N",                                 true,  read_backlog                     },
    {"rcvbuf",         "size",                              true,  read_buffer<&out_t::rcvbuf>      },
    {"sndbuf",         "size",                              true,  read_buffer<&out_t::sndbuf>      },
    {"ipv6only",       "on|off",                            false, read_ipv6only                    },
    {"so_keepalive",   "on|off|[idle]:[interval]:[probes]", false, read_keepalive                   },
    {"bind",           {},                                  true,  read_nothing                     },
    {"reuseport",      {},                                  false, read_nothing                     },
    {"fastopen",       "N",                                 false, read_fastopen                    },
    {"deferred",       {},                                  false, read_word<&out_t::deferred>      },
    {"multipath",      {},                                  false, read_word<&out_t::multipath>     },
};

std::string shown(const parameter& p) {
    return p.value.empty() ? std::string(p.name) : std::string(p.name) + '=' + std::string(p.value);
}

bool refuse_unknown(const word& w, reading& in) {
    std::vector<value_t> names;
    for (auto& p : parameters)
        names.push_back(p.name);
    auto name = value_t(w.text).substr(0, w.text.find('='));
    auto hint = did_you_mean(name, names);
    if (name == "setfib" || name == "accept_filter") hint = "it is for FreeBSD alone; leave it out";
    if (name == "default_server" || name == "default")
        hint = "leave it out: a server is chosen by its address alone";
    return in.refuse(
        w.where,
        "unknown parameter " + in_quotes(w.text),
        hint.empty() ? listen_parameter_syntax() : hint
    );
}

std::string seconds(std::size_t n) {
    return n == 0 ? "" : write_time(std::chrono::seconds(static_cast<std::int64_t>(n)));
}

std::string write_keepalive(const keepalive_settings& k) {
    if (!k.on) return "off";
    return seconds(k.idle) + ':' + seconds(k.interval) + ':' +
           (k.count == 0 ? "" : std::to_string(k.count));
}

}

std::string listen_parameter_syntax() {
    std::string out;
    for (auto& p : parameters)
        out += (out.empty() ? "[" : " [") + shown(p) + ']';
    return out;
}

bool read_listen_parameter(const word& w, reading& in, listen_address& out) {
    auto equals = w.text.find('=');
    auto has_value = equals != w.text.npos;
    auto name = value_t(w.text).substr(0, equals);
    auto known = std::ranges::find(parameters, name, &parameter::name);
    if (known == std::end(parameters) || has_value == known->value.empty())
        return refuse_unknown(w, in);
    if (out.is_unix && !known->unix_too)
        return in.refuse(w.where, in_quotes(w.text) + " is for TCP, not for a Unix socket");
    auto value = has_value ? value_t(w.text).substr(equals + 1) : value_t();
    auto before = out;
    if (!known->read(value, out))
        return in.refuse(w.where, "invalid " + in_quotes(w.text), "write " + shown(*known));
    if (!has_value && known->read != read_nothing && before == out)
        in.warn(w.where, "duplicate value " + in_quotes(w.text));
    if (name == "ipv6only" && out.host.find(':') == std::string::npos && !out.is_name)
        in.warn(w.where, in_quotes(w.text) + " has no effect: this is no IPv6 address");
    return true;
}

std::vector<std::string> write_listen_parameters(const listen_address& from) {
    std::vector<std::string> out;
    auto put = [&](bool is_set, std::string text) {
        if (is_set) out.push_back(std::move(text));
    };
    put(from.ssl, "ssl");
    put(from.proxy_protocol, "proxy_protocol");
    put(from.backlog != default_backlog, "backlog=" + std::to_string(from.backlog));
    put(from.rcvbuf != 0, "rcvbuf=" + write_size(from.rcvbuf));
    put(from.sndbuf != 0, "sndbuf=" + write_size(from.sndbuf));
    put(!from.ipv6only, "ipv6only=off");
    put(from.keepalive != keepalive_settings{}, "so_keepalive=" + write_keepalive(from.keepalive));
    put(from.fastopen != 0, "fastopen=" + std::to_string(from.fastopen));
    put(from.deferred, "deferred");
    put(from.multipath, "multipath");
    return out;
}

}
