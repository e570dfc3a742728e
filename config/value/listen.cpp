#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"
#include "config/value/address.hpp"
#include "config/value/listen_parameters.hpp"
#include "config/value/texts.hpp"

namespace postern::config {

namespace {

constexpr std::size_t longest_socket_path = 107; // sun_path without its end
constexpr int most_ports = 1000;                 // of one range; each is a socket in each worker

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

bool read_range(const word& w, const std::string& ports, reading& in, listen_address& out) {
    auto dash = ports.find('-');
    auto first = parse_port(ports.substr(0, dash), false),
         last = parse_port(ports.substr(dash + 1), false);
    if (!first || !last || *last < *first)
        return in.refuse(w.where, in_quotes(ports) + " is not a range of ports", "write 1143-1147");
    if (*last - *first >= most_ports)
        return in.refuse(
            w.where, in_quotes(ports) + " are more than " + std::to_string(most_ports) + " ports"
        );
    out.port = *first;
    out.last_port = *first == *last ? std::uint16_t{0} : *last;
    return true;
}

bool read_port(const word& w, const std::string& port, reading& in, listen_address& out) {
    if (port.find('-') != port.npos) return read_range(w, port, in, out);
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

// An IPv4 address, or a name that the machine's resolver knows. What looks like an address and is
// none would be looked up in vain.
bool read_host(const word& w, const std::string& host, reading& in, listen_address& out) {
    if (host == "*") return true;
    out.host = canonical_ipv4(host);
    if (!out.host.empty()) return true;
    if (host.find_first_not_of("0123456789.") == host.npos || !is_host_name(host))
        return in.refuse(
            w.where,
            in_quotes(host) + " is neither an address nor a name",
            "write 127.0.0.1:993, [::1]:993 or *:993"
        );
    out.host = host;
    out.is_name = true;
    return true;
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
    if (parts->bracketed)
        out.host = parts->host;
    else if (!read_host(w, parts->host, in, out))
        return false;
    if (!parts->has_port) return refuse_no_port(w, in);
    return read_port(w, parts->port, in, out);
}

std::string written_address(const listen_address& field, const folder& base) {
    if (field.is_unix) return "unix:" + base.relative(field.host);
    auto out = join_address(field.host, field.port) + (field.port == 0 ? ":0" : "");
    return field.last_port == 0 ? out : out + '-' + std::to_string(field.last_port);
}

}

std::string listen_kind::syntax() {
    return "[address:]port[-port] | unix:path, then " + detail::listen_parameter_syntax();
}

bool listen_kind::read(std::span<const word> words, reading& in, listen_address& field) {
    bool good = read_address(words[0], in, field);
    for (auto& w : words.subspan(1))
        good = detail::read_listen_parameter(w, in, field) && good;
    for (auto& w : words)
        field.written += (field.written.empty() ? "" : " ") + w.text;
    return good;
}

std::vector<std::string> listen_kind::write(const listen_address& field, const folder& base) {
    auto out = detail::write_listen_parameters(field);
    out.insert(out.begin(), written_address(field, base));
    return out;
}

}
