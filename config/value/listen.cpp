#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"
#include "config/value/address.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"

#include <algorithm>
#include <array>

namespace postern::config {

namespace {

constexpr std::size_t longest_socket_path = 107; // sun_path without its end
constexpr int default_backlog = 511;

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool read_unix(const word& w, reading& in, listen_address& out) {
    std::string path;
    if (!detail::read_path({w.text.substr(5), w.where}, in, path)) return false;
    if (path.size() > longest_socket_path)
        return in.refuse(
            w.where,
            "a socket's path has at most 107 bytes, this has " + std::to_string(path.size())
        );
    out.is_unix = true;
    out.host = path;
    return true;
}

bool read_port(const word& w, const std::string& port, reading& in, listen_address& out) {
    if (port.find('-') != port.npos)
        return in.refuse(w.where, "port ranges are not supported yet", "write each port");
    auto n = parse_port(port, true);
    if (!n) return in.refuse(w.where, in_quotes(port) + " is not a port", "0 to 65535");
    out.port = *n;
    return true;
}

bool refuse_no_port(const word& w, reading& in) {
    return in.refuse(
        w.where,
        in_quotes(w.text) + " has no port",
        "write " + w.text + ":993, or whichever port it is"
    );
}

bool read_address(const word& w, reading& in, listen_address& out) {
    if (w.text.starts_with("unix:")) return read_unix(w, in, out);
    out.host = "0.0.0.0";
    if (all_digits(w.text)) return read_port(w, w.text, in, out);
    if (!canonical_ipv6(w.text).empty())
        return in.refuse(
            w.where, "an IPv6 address needs brackets and a port", "write [" + w.text + "]:993"
        );
    auto parts = cut_address(w.text);
    if (!parts)
        return in.refuse(w.where, in_quotes(w.text) + " is no address", "write [2001:db8::1]:993");
    if (parts->bracketed) {
        out.host = parts->host;
    } else if (parts->host != "*") {
        out.host = canonical_ipv4(parts->host);
        if (out.host.empty())
            return in.refuse(
                w.where,
                in_quotes(parts->host) +
                    " is not an address of this machine; names are not looked up",
                "write 127.0.0.1:993, [::1]:993 or *:993"
            );
    }
    if (!parts->has_port) return refuse_no_port(w, in);
    return read_port(w, parts->port, in, out);
}

bool refuse_parameter(const word& w, reading& in) {
    constexpr std::array<std::string_view, 6> of_nginx{
        "rcvbuf", "sndbuf", "bind", "ipv6only", "multipath", "so_keepalive"};
    constexpr std::array<std::string_view, 3> known{"ssl", "proxy_protocol", "backlog="};
    auto name = std::string_view(w.text).substr(0, w.text.find('='));
    if (std::ranges::find(of_nginx, name) != of_nginx.end())
        return in.refuse(
            w.where, in_quotes(w.text) + " is a parameter of nginx that postern does not have yet"
        );
    auto hint = did_you_mean(w.text, known);
    return in.refuse(
        w.where,
        "unknown parameter " + in_quotes(w.text),
        hint.empty() ? "ssl, proxy_protocol or backlog=N" : hint
    );
}

bool read_parameter(const word& w, reading& in, listen_address& out) {
    if (w.text == "ssl") {
        if (out.ssl) in.warn(w.where, "duplicate value \"ssl\"");
        out.ssl = true;
        return true;
    }
    if (w.text == "proxy_protocol") {
        if (out.proxy_protocol) in.warn(w.where, "duplicate value \"proxy_protocol\"");
        out.proxy_protocol = true;
        return true;
    }
    if (!w.text.starts_with("backlog=")) return refuse_parameter(w, in);
    auto n = parse_number(std::string_view(w.text).substr(8));
    if (!n || *n == 0 || *n > 65535)
        return in.refuse(w.where, "invalid " + in_quotes(w.text), "a number from 1 to 65535");
    out.backlog = static_cast<int>(*n);
    return true;
}

}

bool listen_kind::read(std::span<const word> words, reading& in, listen_address& field) {
    bool good = read_address(words[0], in, field);
    for (auto& w : words.subspan(1))
        good = read_parameter(w, in, field) && good;
    for (auto& w : words)
        field.written += (field.written.empty() ? "" : " ") + w.text;
    return good;
}

std::vector<std::string> listen_kind::write(const listen_address& field, const folder& base) {
    std::vector<std::string> out;
    if (field.is_unix)
        out.push_back("unix:" + base.relative(field.host));
    else
        out.push_back(join_address(field.host, field.port) + (field.port == 0 ? ":0" : ""));
    if (field.ssl) out.emplace_back("ssl");
    if (field.proxy_protocol) out.emplace_back("proxy_protocol");
    if (field.backlog != default_backlog) out.push_back("backlog=" + std::to_string(field.backlog));
    return out;
}

}
