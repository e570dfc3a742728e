#include "protocols/proxy_protocol/header.hpp"

#include "protocols/proxy_protocol/checksum.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace postern::proxy_protocol {

namespace {

using state = reading::state;

constexpr std::string_view word = "PROXY ";
constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t fixed = 16; // of version 2
constexpr std::string_view shortest_v1 = "PROXY UNKNOWN\r\n";
constexpr std::string_view shortest_tcp4 = "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n";
constexpr std::string_view shortest_tcp6 = "PROXY TCP6 :: :: 0 0\r\n";

reading broken(std::string_view why) {
    reading out;
    out.what = state::broken;
    out.why = why;
    return out;
}

reading partial(std::size_t wanted) {
    reading out;
    out.wanted = wanted;
    return out;
}

reading whole(std::size_t size, std::optional<addresses> said = std::nullopt) {
    reading out;
    out.what = state::whole;
    out.size = size;
    out.said = std::move(said);
    return out;
}

std::string text_of(int family, const void* bytes) {
    char text[INET6_ADDRSTRLEN] = {};
    in6_addr v6;
    if (family == AF_INET6) {
        std::memcpy(&v6, bytes, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6)) return text_of(AF_INET, v6.s6_addr + 12);
    }
    return inet_ntop(family, bytes, text, sizeof text) ? text : "";
}

// Version 1 -------------------------------------------------------------------------------------

// Cuts off what stands before the next space, and the space.
std::string_view take_word(std::string_view& from) {
    auto out = from.substr(0, from.find(' '));
    from.remove_prefix(std::min(out.size() + 1, from.size()));
    return out;
}

std::optional<std::string> read_address(int family, std::string_view text) {
    in6_addr bytes;
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return std::nullopt;
    if (inet_pton(family, std::string(text).c_str(), &bytes) != 1) return std::nullopt;
    return text_of(family, &bytes);
}

// Without zeros in front.
std::optional<std::uint16_t> read_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, text::is_digit))
        return std::nullopt;
    if (text[0] == '0' && text.size() > 1) return std::nullopt;
    unsigned value = 0;
    for (char c : text)
        value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

// Behind "PROXY ": what the two addresses are, both of them, both ports, one space between each.
reading read_line(std::string_view line, std::size_t size) {
    auto spaces = std::ranges::count(line, ' ');
    auto family = take_word(line);
    if (family == "UNKNOWN") return whole(size); // whatever follows
    if (family != "TCP4" && family != "TCP6") return broken("neither TCP4, TCP6 nor UNKNOWN");
    int kind = family == "TCP4" ? AF_INET : AF_INET6;
    auto from = read_address(kind, take_word(line)), to = read_address(kind, take_word(line));
    auto from_port = read_port(take_word(line)), to_port = read_port(take_word(line));
    if (spaces != 4 || !from || !to) return broken("an address that is none");
    if (!from_port || !to_port) return broken("a port that is none");
    return whole(
        size,
        addresses{
            {std::move(*from), *from_port},
            {std::move(*to),   *to_port  }
    }
    );
}

// The least that a line with this beginning can have.
std::size_t shortest(std::string_view bytes) {
    if (bytes.starts_with(shortest_tcp4.substr(0, 10))) return shortest_tcp4.size();
    if (bytes.starts_with(shortest_tcp6.substr(0, 10))) return shortest_tcp6.size();
    return shortest_v1.size();
}

reading read_v1(std::string_view bytes) {
    auto line = bytes.substr(0, longest_v1);
    auto end = line.find('\n');
    if (end != line.npos) {
        if (line[end - 1] != '\r') return broken("a line that does not end in CR LF");
        return read_line(line.substr(word.size(), end - 1 - word.size()), end + 1);
    }
    if (line.size() == longest_v1) return broken("a line of more than 107 bytes");
    auto least = shortest(bytes);
    if (bytes.size() < least) return partial(least - bytes.size());
    return partial(bytes.ends_with('\r') || bytes.size() + 1 == longest_v1 ? 1 : 2);
}

// Version 2 -------------------------------------------------------------------------------------

std::size_t number(std::string_view two) {
    return static_cast<unsigned char>(two[0]) * 256u + static_cast<unsigned char>(two[1]);
}

// Type, length and value, one behind the other. `rest` is the end of `all`.
std::string_view fault_of_extras(std::string_view all, std::string_view rest) {
    constexpr char checksum = 0x03;
    while (!rest.empty()) {
        if (rest.size() < 3) return "an extension that is cut off";
        auto size = number(rest.substr(1));
        if (size > rest.size() - 3) return "an extension that is cut off";
        auto value = rest.substr(3, size);
        if (rest[0] == checksum && !is_checksum(all, value)) return "a checksum that does not fit";
        rest.remove_prefix(3 + size);
    }
    return {};
}

struct family {
    int kind;
    std::size_t addresses; // bytes of both addresses and ports
};

// By the high digit of the fourteenth byte: none, IPv4, IPv6, Unix sockets.
constexpr std::array<family, 4> families{
    {{AF_UNSPEC, 0}, {AF_INET, 12}, {AF_INET6, 36}, {AF_UNIX, 216}}
};

reading read_v2(std::string_view bytes) {
    if (bytes.size() < fixed) return partial(fixed - bytes.size());
    auto by = static_cast<unsigned char>(bytes[12]), of = static_cast<unsigned char>(bytes[13]);
    auto size = fixed + number(bytes.substr(14));
    if (by >> 4 != 2) return broken("a version that is not 2");
    if ((by & 15) > 1) return broken("a command that is neither LOCAL nor PROXY");
    if (of >> 4 >= families.size() || (of & 15) > 2) return broken("an unknown kind of address");
    if (size > longest_v2) return broken("more than 4096 bytes of addresses and extensions");
    if (bytes.size() < size) return partial(size - bytes.size());
    bytes = bytes.substr(0, size);
    if ((by & 15) == 0) return whole(size); // LOCAL: what follows says nothing
    int kind = families[of >> 4].kind;      // clang 14 captures no structured binding
    auto size_of_addresses = families[of >> 4].addresses;
    auto rest = bytes.substr(fixed);
    if (rest.size() < size_of_addresses) return broken("too few bytes for its addresses");
    if (kind == AF_UNSPEC) return whole(size); // and what follows has no known shape
    if (auto why = fault_of_extras(bytes, rest.substr(size_of_addresses)); !why.empty())
        return broken(why);
    bool is_stream = (of & 15) == 1;
    if (kind == AF_UNIX || !is_stream) return whole(size);
    auto ports = rest.substr(size_of_addresses - 4);
    auto half = (size_of_addresses - 4) / 2;
    auto end = [&](std::size_t n) {
        auto port = static_cast<std::uint16_t>(number(ports.substr(2 * n)));
        return endpoint{text_of(kind, rest.data() + n * half), port};
    };
    return whole(size, addresses{end(0), end(1)});
}

}

reading read_header(std::string_view bytes) {
    auto begins = [bytes](std::string_view how) {
        auto common = std::min(how.size(), bytes.size());
        return bytes.substr(0, common) == how.substr(0, common);
    };
    if (bytes.empty()) return partial(shortest_v1.size());
    if (begins(word))
        return bytes.size() < word.size() ? partial(shortest_v1.size() - bytes.size())
                                          : read_v1(bytes);
    if (begins(signature)) return read_v2(bytes);
    return broken("no PROXY protocol header");
}

}
