#include "config/value/resolver.hpp"

#include "config/report/source_text.hpp"
#include "config/value/address.hpp"
#include "config/value/numbers.hpp"

namespace postern::config {

namespace {

constexpr std::uint16_t dns_port = 53;

bool read_server(const word& w, reading& in, upstream_address& to) {
    if (!canonical_ipv6(w.text).empty())
        return in.refuse(w.where, "an IPv6 address needs brackets", "write [" + w.text + "]");
    auto parts = cut_address(w.text);
    auto host = parts && parts->bracketed ? parts->host
                : parts                   ? canonical_ipv4(parts->host)
                                          : std::string();
    if (host.empty())
        return in.refuse(
            w.where,
            in_quotes(w.text) + " is no address; names are not looked up",
            "write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]"
        );
    auto port = parts->has_port ? parse_port(parts->port, false) : dns_port;
    if (!port) return in.refuse(w.where, in_quotes(parts->port) + " is not a port", "1 to 65535");
    to = {host, *port};
    return true;
}

bool read_family(const word& w, std::string_view given, reading& in, bool& to) {
    to = given == "on";
    if (to || given == "off") return true;
    return in.refuse(w.where, in_quotes(given) + " is neither \"on\" nor \"off\"");
}

bool read_valid(const word& w, std::string_view given, reading& in, name_servers& to) {
    auto [time, wrong] = parse_time(given);
    if (!time) return in.refuse(w.where, in_quotes(given) + " is no time: " + wrong);
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time);
    if (seconds.count() < 1 || seconds != *time)
        return in.refuse(w.where, "valid takes whole seconds, one or more", "write valid=30s");
    to.valid = seconds;
    return true;
}

bool read_word(const word& w, reading& in, name_servers& to) {
    auto equals = w.text.find('=');
    if (equals == w.text.npos) return read_server(w, in, to.servers.emplace_back());
    auto name = std::string_view(w.text).substr(0, equals);
    auto given = std::string_view(w.text).substr(equals + 1);
    if (name == "valid") return read_valid(w, given, in, to);
    if (name == "ipv4") return read_family(w, given, in, to.ipv4);
    if (name == "ipv6") return read_family(w, given, in, to.ipv6);
    if (name != "status_zone")
        return in.refuse(w.where, "unknown parameter " + in_quotes(w.text), "valid, ipv4, ipv6");
    in.warn(w.where, "status_zone has no effect: nothing is counted here", "leave it out");
    return true;
}

}

bool resolver_kind::read(std::span<const word> words, reading& in, name_servers& field) {
    name_servers fresh;
    bool is_off = words.size() == 1 && (words[0].text == "off" || words[0].text == "false");
    if (is_off) {
        field = fresh;
        return true;
    }
    bool good = true;
    for (auto& w : words)
        good = read_word(w, in, fresh) && good;
    if (!good) return false;
    if (fresh.servers.empty())
        return in.refuse(words[0].where, "names no server", "write 192.0.2.53, or off");
    if (!fresh.ipv4 && !fresh.ipv6)
        return in.refuse(words[0].where, "ipv4 and ipv6 cannot both be off", "write off");
    field = std::move(fresh);
    return true;
}

std::vector<std::string> resolver_kind::write(const name_servers& field, const folder&) {
    if (field.servers.empty()) return {"off"};
    std::vector<std::string> out;
    for (auto& s : field.servers)
        out.push_back(join_address(s.host, s.port == dns_port ? std::uint16_t{0} : s.port));
    if (field.valid) out.push_back("valid=" + write_time(*field.valid));
    if (!field.ipv4) out.push_back("ipv4=off");
    if (!field.ipv6) out.push_back("ipv6=off");
    return out;
}

}
