#include "backends/tls/hello_check.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/cipher_names.hpp"
#include "backends/tls/cursor.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

using bytes = std::span<const std::byte>;
using fault = std::optional<hello_fault>;

constexpr std::size_t record_header = 5, message_header = 4;
constexpr std::size_t longest_record = 16384; // RFC 8446 section 5.1
constexpr unsigned alert_record = 21, handshake = 22;
constexpr std::size_t ssl3_number = 0x0300, tls1_3_number = 0x0304;

fault not_whole() { return hello_fault{alert::decode_error, "the ClientHello is malformed"}; }

// The message that the records hold, and what is wrong with the records.
struct unwrapped {
    std::vector<std::byte> message;
    std::size_t records = 0, bytes = 0; // that it took
    fault wrong;
};

fault check_record(std::size_t type, std::size_t version, std::size_t length) {
    if (version >> 8u != 3)
        return hello_fault{alert::protocol_version, "a record of no version of TLS"};
    if (type != handshake)
        return hello_fault{alert::unexpected_message, "a ClientHello did not come first"};
    if (length > longest_record)
        return hello_fault{alert::record_overflow, "the ClientHello is in a record too large"};
    if (length == 0) // RFC 8446 section 5.1
        return hello_fault{alert::unexpected_message, "an empty record"};
    return {};
}

unwrapped unwrap(bytes all) {
    unwrapped out;
    std::size_t needed = message_header;
    for (cursor at(all); at.more() && out.message.size() < needed;) {
        auto type = at.number(1), version = at.number(2), length = at.number(2);
        if (!at.good()) break;
        if (out.wrong = check_record(type, version, length); out.wrong) return out;
        auto body = at.take(length);
        if (!at.good()) break;
        ++out.records;
        out.bytes += record_header + length;
        out.message.insert(out.message.end(), body.begin(), body.end());
        if (out.message[0] != std::byte{1}) {
            out.wrong = hello_fault{alert::unexpected_message, "a ClientHello did not come first"};
            return out;
        }
        if (out.message.size() >= message_header)
            needed = message_header + cursor(bytes(out.message).subspan(1)).number(3);
    }
    if (out.message.size() < needed)
        out.wrong = not_whole();
    else if (out.message.size() > needed)
        out.wrong = hello_fault{
            alert::unexpected_message, "something came behind the ClientHello in its record"};
    return out;
}

// A counted list of numbers that is not empty and fills its extension.
bool is_list(bytes body, std::size_t width, std::size_t each) {
    cursor at(body);
    auto list = at.counted(width);
    return at.good() && !at.more() && !list.empty() && list.size() % each == 0;
}

// RFC 6066 section 3: one host name.
bool is_server_name(bytes body) {
    cursor at(body);
    cursor list(at.counted(2));
    auto type = list.number(1);
    auto name = list.counted(2);
    return at.good() && !at.more() && list.good() && !list.more() && type == 0 && !name.empty() &&
           name.size() <= 255 && std::ranges::find(name, std::byte{0}) == name.end();
}

// RFC 7301 section 3.1
bool is_protocols(bytes body) {
    cursor at(body);
    cursor list(at.counted(2));
    if (!list.more() || at.more()) return false;
    while (list.more())
        if (list.counted(1).empty()) return false;
    return list.good();
}

// RFC 8446 section 4.2.11: as many binders as identities.
bool is_pre_shared_key(bytes body) {
    cursor at(body);
    cursor identities(at.counted(2)), binders(at.counted(2));
    std::size_t named = 0, bound = 0;
    for (; identities.more(); ++named)
        if (identities.counted(2).empty() || identities.take(4).empty()) return false;
    for (; binders.more(); ++bound)
        if (binders.counted(1).size() < 32) return false;
    return at.good() && !at.more() && identities.good() && binders.good() && named > 0 &&
           named == bound;
}

// Sorted, since a hello has room for thousands.
bool has_twice(std::vector<std::size_t> numbers) {
    std::ranges::sort(numbers);
    return std::ranges::adjacent_find(numbers) != numbers.end();
}

// RFC 8446 section 4.2.8: one share of each group.
fault check_shares(bytes body) {
    cursor at(body);
    cursor shares(at.counted(2));
    std::vector<std::size_t> groups;
    while (shares.more()) {
        auto group = shares.number(2);
        if (shares.counted(2).empty()) return not_whole();
        groups.push_back(group);
    }
    if (!at.good() || at.more() || !shares.good()) return not_whole();
    if (has_twice(std::move(groups)))
        return hello_fault{alert::illegal_parameter, "two key shares of one group"};
    return {};
}

bool contains(bytes list, std::size_t value) {
    return std::ranges::find(list, static_cast<std::byte>(value)) != list.end();
}

struct hello_facts {
    std::size_t version = 0;
    std::vector<std::size_t> versions, extensions, suites, groups;
    bytes compression, point_formats;
};

std::vector<std::size_t> numbers(bytes list) {
    std::vector<std::size_t> out;
    out.reserve(list.size() / 2);
    for (cursor at(list); at.more();)
        out.push_back(at.number(2));
    return out;
}

fault check_extension(std::size_t type, bytes body, hello_facts& facts) {
    switch (type) {
    case 0: return is_server_name(body) ? fault() : not_whole();
    case 10:
        if (!is_list(body, 2, 2)) return not_whole();
        facts.groups = numbers(body.subspan(2));
        return {};
    case 13: return is_list(body, 2, 2) ? fault() : not_whole();
    case 11: facts.point_formats = body; return is_list(body, 1, 1) ? fault() : not_whole();
    case 16: return is_protocols(body) ? fault() : not_whole();
    case 41: return is_pre_shared_key(body) ? fault() : not_whole();
    case 43:
        if (!is_list(body, 1, 2)) return not_whole();
        facts.versions = numbers(body.subspan(1));
        return {};
    case 51: return check_shares(body);
    case 0xff01: // RFC 5746 section 3.6
        if (body.empty()) return not_whole();
        if (body.size() == 1 && body[0] == std::byte{0}) return {};
        return hello_fault{
            alert::handshake_failure, "a first handshake that claims to be a renegotiation"};
    default: return {};
    }
}

fault check_extensions(bytes block, hello_facts& facts) {
    cursor at(block);
    facts.extensions.reserve(24); // more than most clients send
    while (at.more()) {
        auto type = at.number(2);
        auto body = at.counted(2);
        if (!at.good()) return not_whole();
        facts.extensions.push_back(type);
        if (auto wrong = check_extension(type, body, facts)) return wrong;
    }
    if (has_twice(facts.extensions)) // RFC 8446 section 4.2
        return hello_fault{alert::illegal_parameter, "an extension came twice"};
    auto psk = std::ranges::find(facts.extensions, 41u);
    if (psk != facts.extensions.end() && psk + 1 != facts.extensions.end())
        return hello_fault{alert::illegal_parameter, "pre_shared_key is not the last extension"};
    return {};
}

bool shares_version(const server& ours, const hello_facts& facts) {
    using enum config::tls_version;
    auto both = [&](config::tls_version version, std::size_t number) {
        auto offered = facts.versions.empty()
                           ? number < tls1_3_number && number <= facts.version
                           : std::ranges::find(facts.versions, number) != facts.versions.end();
        return offered &&
               std::ranges::any_of(ours.contexts, [&](auto& one) { return one->speaks(version); });
    };
    return both(tls1, 0x0301) || both(tls1_1, 0x0302) || both(tls1_2, 0x0303) ||
           both(tls1_3, tls1_3_number);
}

fault check_versions(const server& ours, const hello_facts& facts) {
    if (facts.version <= ssl3_number) // RFC 8446 appendix D.5, whatever the extension says
        return hello_fault{alert::protocol_version, "the client speaks SSL, not TLS"};
    if (shares_version(ours, facts)) return {};
    return hello_fault{
        alert::protocol_version, "the client offers no version of TLS that is spoken here"};
}

bool shares_group(const server& ours, const hello_facts& facts) {
    return std::ranges::any_of(ours.contexts, [&](auto& one) {
        auto groups = one->groups();
        return groups.empty() || std::ranges::any_of(groups, [&](auto id) {
                   return std::ranges::find(facts.groups, id) != facts.groups.end();
               });
    });
}

// RFC 8446 section 4.1.1, RFC 8422 section 5.1: no group in common. One library goes on with one
// that the client did not offer, or asks for another hello without saying what for.
fault check_groups(const server& ours, const hello_facts& facts) {
    if (shares_group(ours, facts)) return {};
    auto modern = std::ranges::find(facts.versions, tls1_3_number) != facts.versions.end() &&
                  std::ranges::any_of(ours.contexts, [](auto& one) {
                      return one->speaks(config::tls_version::tls1_3);
                  });
    auto without = std::ranges::any_of(facts.suites, [](std::size_t id) {
        auto* known = find_suite(static_cast<std::uint16_t>(id));
        return known && known->kx != key_exchange::any && known->kx != key_exchange::ecdhe;
    });
    // In TLS 1.2 a client that lists none takes any.
    if (!modern && (without || facts.groups.empty())) return {};
    return hello_fault{alert::handshake_failure, "the client offers no group that is used here"};
}

fault check_body(bytes body, const server& ours) {
    hello_facts facts;
    cursor at(body);
    facts.version = at.number(2);
    at.take(32); // random
    auto id = at.counted(1);
    auto suites = at.counted(2);
    facts.compression = at.counted(1);
    if (!at.good() || id.size() > 32 || suites.empty() || suites.size() % 2 != 0 ||
        facts.compression.empty())
        return not_whole();
    facts.suites = numbers(suites);
    if (at.more()) {
        auto block = at.counted(2);
        if (!at.good() || at.more()) return not_whole();
        if (auto wrong = check_extensions(block, facts)) return wrong;
    }
    if (auto wrong = check_versions(ours, facts)) return wrong;
    if (!contains(facts.compression, 0))
        return hello_fault{alert::illegal_parameter, "the client insists on compression"};
    // RFC 8422 section 5.1.2; TLS 1.3 has no such formats.
    auto modern = std::ranges::find(facts.versions, tls1_3_number) != facts.versions.end();
    if (!modern && !facts.point_formats.empty() && !contains(facts.point_formats.subspan(1), 0))
        return hello_fault{alert::illegal_parameter, "the client cannot read uncompressed points"};
    return check_groups(ours, facts);
}

}

fault find_fault(bytes records, const server& ours) {
    if (records.empty() || records[0] == std::byte{alert_record}) return {};
    if ((records[0] & std::byte{0x80}) != std::byte{0}) // RFC 5246 appendix E.2
        return hello_fault{
            alert::protocol_version, "what came is no TLS handshake, or the hello of SSLv2"};
    auto type = std::to_integer<unsigned>(records[0]);
    auto alien = records.size() > 1 && records[1] != std::byte{3};
    if (type != handshake || alien) return check_record(type, alien ? 0 : 0x0300, 1);
    auto got = unwrap(records);
    if (got.wrong) return got.wrong;
    return check_body(bytes(got.message).subspan(message_header), ours);
}

std::vector<std::byte> repack(std::vector<std::byte> records) {
    auto got = unwrap(records);
    if (got.wrong || got.records < 2) return records;
    std::vector<std::byte> out;
    for (bytes rest = got.message; !rest.empty();) {
        auto some = rest.first(std::min(rest.size(), longest_record));
        out.insert(out.end(), records.begin(), records.begin() + 3); // type and version
        out.push_back(static_cast<std::byte>(some.size() >> 8u));
        out.push_back(static_cast<std::byte>(some.size() & 0xffu));
        out.insert(out.end(), some.begin(), some.end());
        rest = rest.subspan(some.size());
    }
    out.insert(out.end(), records.begin() + static_cast<std::ptrdiff_t>(got.bytes), records.end());
    return out;
}

}
