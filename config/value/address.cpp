#include "config/value/address.hpp"

#include "config/report/source_text.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace postern::config {

namespace {

template <class Address> std::string canonical(int family, std::string_view text) {
    char written[INET6_ADDRSTRLEN] = {};
    Address address{};
    if (text.size() >= sizeof written || text.find('\0') != text.npos) return {};
    if (inet_pton(family, std::string(text).c_str(), &address) != 1) return {};
    return inet_ntop(family, &address, written, sizeof written) ? written : "";
}

}

std::string canonical_ipv4(std::string_view text) { return canonical<in_addr>(AF_INET, text); }
std::string canonical_ipv6(std::string_view text) { return canonical<in6_addr>(AF_INET6, text); }

std::optional<host_and_port> cut_address(std::string_view text) {
    host_and_port out;
    std::size_t colon = text.find(':');
    if (text.starts_with('[')) {
        auto end = text.find(']');
        if (end == text.npos) return std::nullopt;
        out.host = canonical_ipv6(text.substr(1, end - 1));
        if (out.host.empty()) return std::nullopt;
        out.bracketed = true;
        colon = end + 1;
        if (colon < text.size() && text[colon] != ':') return std::nullopt;
    } else {
        out.host = text.substr(0, colon);
    }
    if (colon < text.size()) {
        out.has_port = true;
        out.port = text.substr(colon + 1);
    }
    return out;
}

std::optional<std::uint16_t> parse_port(std::string_view text, bool zero_too) {
    auto n = parse_number(text);
    if (!n || *n > 65535 || (*n == 0 && !zero_too)) return std::nullopt;
    return static_cast<std::uint16_t>(*n);
}

std::string join_address(std::string_view host, std::uint16_t port) {
    std::string out(host);
    if (host.find(':') != host.npos) out = "[" + out + "]";
    return port == 0 ? out : out + ":" + std::to_string(port);
}

bool upstream_kind::read(std::span<const word> words, reading& in, upstream_address& field) {
    auto& [text, where] = words[0];
    if (text.find("://") != text.npos)
        return in.refuse(where, in_quotes(text) + ": only plain host[:port] so far, no schemes");
    if (text.starts_with("unix:"))
        return in.refuse(where, "an upstream at a Unix socket is not supported yet");
    if (!canonical_ipv6(text).empty())
        return in.refuse(where, "an IPv6 address needs brackets", "write [" + text + "]:port");
    auto parts = cut_address(text);
    if (!parts || (!parts->bracketed && !is_host_name(parts->host)))
        return in.refuse(
            where, in_quotes(text) + " is no address", "write imap.example.org:143 or 192.0.2.1:143"
        );
    auto port = parts->has_port ? parse_port(parts->port, false) : 0;
    if (!port) return in.refuse(where, in_quotes(parts->port) + " is not a port", "1 to 65535");
    field = {parts->host, *port};
    return true;
}

std::vector<std::string> upstream_kind::write(const upstream_address& field, const folder&) {
    if (field.host.empty()) return {};
    return {join_address(field.host, field.port)};
}

}
