#include "config/value/network.hpp"

#include "config/report/source_text.hpp"
#include "config/value/address.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace postern::config {

namespace {

using bytes = std::array<std::uint8_t, 16>;

constexpr bytes mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

// The bits that count; the others are 0.
bytes masked(bytes from, unsigned bits) {
    for (unsigned i = 0; i < from.size(); ++i) {
        unsigned keep = bits < i * 8 ? 0 : std::min(bits - i * 8, 8u);
        from[i] = static_cast<std::uint8_t>(from[i] & (0xff00u >> keep));
    }
    return from;
}

bool is_v4(const network& n) {
    return n.bits >= mapped_bits &&
           std::equal(mapped.begin(), mapped.begin() + 12, n.address.begin());
}

// What looks like an address and is none would be looked up in vain.
bool may_be_name(const std::string& text) {
    return text.find_first_not_of("0123456789.") != text.npos && is_host_name(text);
}

std::string text_of(const network& n) {
    char text[INET6_ADDRSTRLEN] = {};
    if (is_v4(n)) return inet_ntop(AF_INET, n.address.data() + 12, text, sizeof text) ? text : "";
    return inet_ntop(AF_INET6, n.address.data(), text, sizeof text) ? text : "";
}

}

std::optional<bytes> address_bytes(std::string_view literal) {
    bytes out = mapped;
    if (literal.find('\0') != literal.npos) return std::nullopt;
    std::string text(literal);
    if (inet_pton(AF_INET, text.c_str(), out.data() + 12) == 1) return out;
    if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
    return std::nullopt;
}

std::optional<network> network_of(std::string_view literal) {
    auto address = address_bytes(literal);
    if (!address) return std::nullopt;
    network one;
    one.address = *address;
    return one;
}

bool holds(const network& n, std::string_view peer) {
    if (!n.name.empty()) return false;
    if (n.is_unix || peer == "unix:") return n.is_unix && peer == "unix:";
    auto address = address_bytes(peer);
    bool v4 = peer.find(':') == peer.npos; // ::/0 is all of IPv6 and no more
    return address && v4 == is_v4(n) && masked(*address, n.bits) == n.address;
}

bool network_kind::read(std::span<const word> words, reading& in, network& field) {
    auto& [text, where] = words[0];
    field = network();
    field.is_unix = text == "unix:";
    if (field.is_unix) return true;
    auto slash = std::min(text.find('/'), text.size());
    auto literal = std::string_view(text).substr(0, slash);
    auto address = address_bytes(literal);
    if (!address && may_be_name(text)) {
        field.name = text;
        return true;
    }
    if (!address)
        return in.refuse(
            where,
            in_quotes(text) + " is neither an address nor a name",
            "write 192.0.2.1, 192.0.2.0/24, 2001:db8::/32, lb.example.org or unix:"
        );
    bool v4 = literal.find(':') == literal.npos;
    std::uint64_t most = v4 ? 32 : 128, bits = most;
    if (slash < text.size()) {
        auto n = parse_number(std::string_view(text).substr(slash + 1));
        if (!n || *n > most)
            return in.refuse(
                where, in_quotes(text) + " has no such length", "0 to " + std::to_string(most)
            );
        bits = *n;
    }
    field.bits = static_cast<unsigned>(bits) + (v4 ? mapped_bits : 0);
    field.address = masked(*address, field.bits);
    if (field.address != *address)
        in.warn(
            where,
            "the last bits of " + in_quotes(text) + " do not count",
            "write " + write(field, in.base())[0]
        );
    return true;
}

std::vector<std::string> network_kind::write(const network& n, const folder&) {
    if (n.is_unix) return {"unix:"};
    if (!n.name.empty()) return {n.name};
    auto most = 128u, bits = n.bits;
    if (is_v4(n)) {
        most = 32;
        bits -= mapped_bits;
    }
    return {text_of(n) + (bits == most ? "" : "/" + std::to_string(bits))};
}

}
