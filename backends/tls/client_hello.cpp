#include "backends/tls/client_hello.hpp"

#include "backends/tls/cursor.hpp"

#include <algorithm>
#include <optional>

namespace postern::tls {

namespace {

using bytes = std::span<const std::byte>;

constexpr std::size_t record_header = 5, message_header = 4;
constexpr std::size_t longest_record = 16384; // RFC 8446 section 5.1

std::string text_of(bytes b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

bool read_numbers(bytes list, std::vector<std::uint16_t>& out) {
    if (list.size() % 2 != 0) return false;
    out.clear();
    out.reserve(list.size() / 2);
    for (cursor at(list); at.more();)
        out.push_back(static_cast<std::uint16_t>(at.number(2)));
    return true;
}

// RFC 6066 section 3: a list of names, of which only host names exist.
bool read_server_name(bytes body, client_hello& out) {
    cursor all(body);
    cursor names(all.counted(2));
    while (names.more()) {
        auto kind = names.number(1);
        auto name = names.counted(2);
        if (kind == 0 && names.good() && out.server_name.empty()) out.server_name = text_of(name);
    }
    return all.good() && names.good() && !all.more();
}

// RFC 7301 section 3.1
bool read_protocols(bytes body, client_hello& out) {
    cursor all(body);
    cursor names(all.counted(2));
    while (names.more()) {
        auto name = names.counted(1);
        if (name.empty()) return false;
        out.protocols.push_back(text_of(name));
    }
    return all.good() && names.good() && !all.more() && !out.protocols.empty();
}

bool read_counted_numbers(bytes body, std::size_t width, std::vector<std::uint16_t>& out) {
    cursor all(body);
    auto list = all.counted(width);
    return all.good() && !all.more() && read_numbers(list, out);
}

bool is_read(std::size_t type) {
    return type == 0 || type == 10 || type == 13 || type == 16 || type == 43;
}

bool read_extension(std::size_t type, bytes body, client_hello& out) {
    switch (type) {
    case 0: return read_server_name(body, out);
    case 10: return read_counted_numbers(body, 2, out.groups);
    case 13: out.has_signatures = true; return read_counted_numbers(body, 2, out.signatures);
    case 16: return read_protocols(body, out);
    case 43: return read_counted_numbers(body, 1, out.versions);
    default: return true;
    }
}

bool read_body(bytes body, client_hello& out) {
    cursor at(body);
    out.version = static_cast<std::uint16_t>(at.number(2));
    at.take(32);   // random
    at.counted(1); // session id
    if (!read_numbers(at.counted(2), out.suites)) return false;
    at.counted(1); // compression
    if (!at.good()) return false;
    if (!at.more()) return true; // RFC 5246 section 7.4.1.2: extensions may be absent
    cursor extensions(at.counted(2));
    if (at.more()) return false;
    std::uint64_t seen = 0; // duplicates of what is read here are forbidden (RFC 8446 section 4.2)
    while (extensions.more()) {
        auto type = extensions.number(2);
        auto data = extensions.counted(2);
        if (!extensions.good()) return false;
        if (is_read(type)) {
            auto bit = std::uint64_t{1} << type;
            if (seen & bit) return false;
            seen |= bit;
        }
        if (!read_extension(type, data, out)) return false;
    }
    return at.good() && extensions.good();
}

}

bool client_hello::offers_tls13() const {
    return std::ranges::find(versions, 0x0304) != versions.end();
}

hello_state read_client_hello(bytes all, client_hello& out) {
    std::vector<std::byte> message; // without record headers
    std::size_t needed = message_header;
    bytes rest = all;
    for (bool first = true;; first = false) {
        if (rest.empty())
            return all.size() > hello_limit ? hello_state::too_long : hello_state::partial;
        if (rest[0] != std::byte{22}) return first ? hello_state::not_tls : hello_state::malformed;
        if (rest.size() > 1 && rest[1] != std::byte{3}) return hello_state::malformed;
        if (rest.size() < record_header) return hello_state::partial;
        cursor head(rest.subspan(1));
        auto version = static_cast<std::uint16_t>(head.number(2));
        auto length = head.number(2);
        if (first) out.record_version = version;
        if (length == 0 || length > longest_record) return hello_state::malformed;
        auto fragment = rest.subspan(record_header);
        auto whole_record = fragment.size() >= length;
        fragment = fragment.first(std::min(fragment.size(), length));
        message.insert(message.end(), fragment.begin(), fragment.end());
        if (!message.empty() && message[0] != std::byte{1}) return hello_state::malformed;
        if (message.size() >= message_header)
            needed = message_header + cursor(bytes(message).subspan(1)).number(3);
        if (needed > hello_limit || all.size() > hello_limit) return hello_state::too_long;
        if (message.size() >= needed) break;
        if (!whole_record) return hello_state::partial;
        rest = rest.subspan(record_header + length);
    }
    // A ClientHello that does not end with its record is the library's to refuse.
    auto body = bytes(message).subspan(message_header, needed - message_header);
    return read_body(body, out) ? hello_state::whole : hello_state::malformed;
}

}
