#include "backends/tls/service_name.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>

namespace postern::tls {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

// The literal's bytes as an iPAddress has them; empty when it is none.
std::string bytes_of_address(std::string_view text) {
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return {};
    std::string literal(text), bytes(sizeof(in6_addr), '\0');
    if (inet_pton(AF_INET6, literal.c_str(), bytes.data()) == 1) return bytes;
    bytes.resize(sizeof(in_addr));
    return inet_pton(AF_INET, literal.c_str(), bytes.data()) == 1 ? bytes : std::string();
}

// RFC 9525 section 6.3. A wildcard in front of a single label would be for a whole top-level
// domain.
bool covers(std::string_view presented, std::string_view wanted) {
    if (!presented.starts_with("*.")) return same(presented, wanted);
    auto rest = presented.substr(1);
    auto dot = wanted.find('.');
    if (dot == wanted.npos || dot == 0 || rest.find('.', 1) == rest.npos) return false;
    return rest.find('*') == rest.npos && same(rest, wanted.substr(dot));
}

// RFC 6186: the services' names.
struct services {
    std::string_view protocol, in_clear, with_tls;
};
constexpr std::array<services, 3> known{
    {{"imap", "_imap", "_imaps"},
     {"pop3", "_pop3", "_pop3s"},
     {"smtp", "_submission", "_submissions"}}
};

bool is_service(std::string_view srv, std::string_view wanted, std::string_view protocol) {
    auto dot = srv.find('.');
    if (dot == srv.npos || !same(srv.substr(dot + 1), wanted)) return false;
    auto service = srv.substr(0, dot);
    return std::ranges::any_of(known, [&](auto& one) {
        return one.protocol == protocol &&
               (same(service, one.in_clear) || same(service, one.with_tls));
    });
}

std::string address_text(const std::string& bytes) {
    char text[INET6_ADDRSTRLEN] = {};
    auto family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
    if (bytes.size() != sizeof(in_addr) && bytes.size() != sizeof(in6_addr)) return "?";
    return inet_ntop(family, bytes.data(), text, sizeof text) ? text : "?";
}

std::string printable(std::string_view text) {
    constexpr std::size_t most = 80;
    std::string out(text.substr(0, most));
    for (char& c : out)
        if (c <= ' ' || c > '~' || c == '"' || c == '\\') c = '?';
    return text.size() > most ? out + "..." : out;
}

}

bool is_address_literal(std::string_view text) { return !bytes_of_address(text).empty(); }

bool is_for_service(
    const subject_names& names, std::string_view wanted, std::string_view protocol
) {
    if (auto address = bytes_of_address(wanted); !address.empty())
        return std::ranges::find(names.ip, address) != names.ip.end();
    if (wanted.ends_with('.')) wanted.remove_suffix(1);
    if (wanted.empty()) return false;
    auto is_name = [&](auto& one) { return covers(one, wanted); };
    auto is_srv = [&](auto& one) { return is_service(one, wanted, protocol); };
    return std::ranges::any_of(names.dns, is_name) || std::ranges::any_of(names.srv, is_srv);
}

std::string listed(const subject_names& names) {
    constexpr std::size_t most = 8;
    std::string out;
    std::size_t count = 0;
    auto add = [&](std::string text) {
        if (++count <= most) out += (out.empty() ? "" : ", ") + std::move(text);
    };
    for (auto& one : names.dns)
        add(printable(one));
    for (auto& one : names.srv)
        add(printable(one));
    for (auto& one : names.ip)
        add(address_text(one));
    if (count == 0) return "no name";
    if (count > most) out += " and " + std::to_string(count - most) + " more";
    return out;
}

}
