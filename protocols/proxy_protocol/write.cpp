#include "protocols/proxy_protocol/write.hpp"

#include "backends/tls/certificate.hpp"
#include "backends/tls/peer.hpp"
#include "protocols/proxy_protocol/checksum.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>

namespace postern::proxy_protocol {

namespace {

// What HAProxy's proxy-protocol.txt calls PP2_TYPE_…, PP2_SUBTYPE_SSL_… and PP2_CLIENT_….
enum extension : char { alpn = 1, authority = 2, crc32c = 3, ssl = 0x20 };
enum ssl_extension : char { version = 0x21, common_name = 0x22, cipher = 0x23 };
enum came_with : char { with_ssl = 1, cert_now = 2, cert_in_session = 4 };

constexpr std::size_t longest_text = 255; // of a name, which is no length of the protocol's

int family_of(const endpoint& e) {
    in6_addr bytes;
    if (e.address.find('\0') != e.address.npos) return AF_UNSPEC;
    if (inet_pton(AF_INET, e.address.c_str(), &bytes) == 1) return AF_INET;
    return inet_pton(AF_INET6, e.address.c_str(), &bytes) == 1 ? AF_INET6 : AF_UNSPEC;
}

std::string two_bytes(std::size_t n) {
    return {static_cast<char>(n >> 8 & 255), static_cast<char>(n & 255)};
}

void add(std::string& to, char type, std::string_view value) {
    to += type;
    to += two_bytes(value.size());
    to += value;
}

// A peer's words: nothing of them is left out or replaced, so what does not fit is not told at all.
void add_text(std::string& to, char type, std::string_view text) {
    auto may_be = [](char c) {
        return text::is_printable(c) || static_cast<unsigned char>(c) > 0x7f; // UTF-8
    };
    if (!text.empty() && text.size() <= longest_text && std::ranges::all_of(text, may_be))
        add(to, type, text);
}

// In the family of both, IPv4 mapped into IPv6 where they differ.
std::string bytes_of(const endpoint& e, int family) {
    char bytes[16] = {};
    if (family == AF_INET6 && family_of(e) == AF_INET) {
        std::fill_n(bytes + 10, 2, '\xff');
        inet_pton(AF_INET, e.address.c_str(), bytes + 12);
    } else {
        inet_pton(family, e.address.c_str(), bytes);
    }
    return {bytes, family == AF_INET ? std::size_t{4} : std::size_t{16}};
}

std::string ssl_part(const tls::facts& tls) {
    auto* shown = tls.shown.get();
    bool verified = shown && shown->said == tls::verdict::ok;
    std::string out(1, static_cast<char>(shown ? with_ssl | cert_now | cert_in_session : with_ssl));
    out += std::string{0, 0, 0, verified ? '\0' : '\1'};
    add_text(out, version, tls.protocol);
    add_text(out, cipher, tls.cipher);
    if (auto leaf = shown ? tls::read_certificate(shown->leaf) : std::nullopt)
        if (auto names = tls::common_names(leaf->subject); !names.empty())
            add_text(out, common_name, names.front());
    return out;
}

std::string extensions(const tls::facts* tls) {
    std::string out;
    if (tls) {
        add_text(out, alpn, tls->alpn);
        if (std::ranges::all_of(tls->server_name, text::is_printable))
            add_text(out, authority, tls->server_name);
        add(out, ssl, ssl_part(*tls));
    }
    add(out, crc32c, std::string_view("\0\0\0\0", 4));
    return out;
}

void put_checksum(std::string& header) {
    auto place = std::string_view(header).substr(header.size() - 4);
    auto sum = checksum_of(header, place);
    for (std::size_t n = 0; n < 4; ++n)
        header[header.size() - 4 + n] = static_cast<char>(sum >> (24 - 8 * n) & 255);
}

}

std::string write_v1(const addresses& a) {
    auto family = family_of(a.client);
    if (family == AF_UNSPEC || family != family_of(a.server)) return "PROXY UNKNOWN\r\n";
    return std::string("PROXY ") + (family == AF_INET ? "TCP4 " : "TCP6 ") + a.client.address +
           " " + a.server.address + " " + std::to_string(a.client.port) + " " +
           std::to_string(a.server.port) + "\r\n";
}

std::string write_v2(const addresses& a, const tls::facts* tls) {
    constexpr char none = 0, tcp4 = 0x11, tcp6 = 0x21, proxy = 0x21;
    auto one = family_of(a.client), other = family_of(a.server);
    bool known = one != AF_UNSPEC && other != AF_UNSPEC;
    auto family = one == AF_INET && other == AF_INET ? AF_INET : AF_INET6;
    std::string rest;
    if (known)
        rest = bytes_of(a.client, family) + bytes_of(a.server, family) + two_bytes(a.client.port) +
               two_bytes(a.server.port);
    rest += extensions(tls);
    std::string out("\r\n\r\n\0\r\nQUIT\n", 12);
    out += proxy;
    out += !known ? none : family == AF_INET ? tcp4 : tcp6;
    out += two_bytes(rest.size()) + rest;
    put_checksum(out);
    return out;
}

}
