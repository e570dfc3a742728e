#include "backends/tls/certificate.hpp"

#include <charconv>

namespace postern::tls {

namespace {

using text = std::string_view;
using time_point = std::chrono::system_clock::time_point;

struct element {
    unsigned char tag = 0;
    text body;
};

// The next DER element; lengths of up to four bytes are more than a certificate ever has.
std::optional<element> take(text& rest) {
    if (rest.size() < 2) return std::nullopt;
    element out{static_cast<unsigned char>(rest[0]), {}};
    std::size_t length = static_cast<unsigned char>(rest[1]), used = 2;
    if (length >= 0x80) {
        auto count = length & 0x7fu;
        if (count == 0 || count > 4 || rest.size() < used + count) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < count; ++i)
            length = length << 8u | static_cast<unsigned char>(rest[used++]);
    }
    if (rest.size() - used < length) return std::nullopt;
    out.body = rest.substr(used, length);
    rest.remove_prefix(used + length);
    return out;
}

std::optional<text> take(text& rest, unsigned char tag) {
    auto one = take(rest);
    if (!one || one->tag != tag) return std::nullopt;
    return one->body;
}

constexpr unsigned char sequence = 0x30, object_id = 0x06, version = 0xa0;
constexpr unsigned char utc_time = 0x17, generalized_time = 0x18;

// RFC 5280 section 4.1.2.5: YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ
std::optional<time_point> read_time(text& rest) {
    auto one = take(rest);
    if (!one || (one->tag != utc_time && one->tag != generalized_time)) return std::nullopt;
    std::size_t year_digits = one->tag == utc_time ? 2 : 4;
    if (one->body.size() != year_digits + 11 || one->body.back() != 'Z') return std::nullopt;
    auto number = [&](std::size_t at, std::size_t digits) {
        int value = -1;
        auto* from = one->body.data() + at;
        auto end = std::from_chars(from, from + digits, value);
        return end.ptr == from + digits ? value : -1;
    };
    int part[6] = {number(0, year_digits)};
    for (std::size_t i = 1; i < 6; ++i)
        part[i] = number(year_digits + 2 * (i - 1), 2);
    for (auto p : part)
        if (p < 0) return std::nullopt;
    if (year_digits == 2) part[0] += part[0] < 50 ? 2000 : 1900;
    using namespace std::chrono;
    auto date = year(part[0]) / part[1] / part[2];
    if (!date.ok()) return std::nullopt;
    return sys_days(date) + hours(part[3]) + minutes(part[4]) + seconds(part[5]);
}

key_kind kind_of(text object) {
    if (object == text("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9)) return key_kind::rsa;
    if (object == text("\x2a\x86\x48\xce\x3d\x02\x01", 7)) return key_kind::ecdsa;
    if (object == text("\x2b\x65\x70", 3)) return key_kind::ed25519;
    return key_kind::other;
}

}

std::optional<certificate> read_certificate(text der) {
    auto whole = take(der, sequence);
    if (!whole) return std::nullopt;
    auto inner = take(*whole, sequence);
    if (!inner) return std::nullopt;
    auto rest = *inner;
    if (!rest.empty() && static_cast<unsigned char>(rest[0]) == version && !take(rest))
        return std::nullopt;
    for (int skipped = 0; skipped < 3; ++skipped) // serial number, algorithm, issuer
        if (!take(rest)) return std::nullopt;
    auto validity = take(rest, sequence);
    if (!validity) return std::nullopt;
    auto from = read_time(*validity);
    auto until = read_time(*validity);
    if (!from || !until || !take(rest)) return std::nullopt; // subject
    auto key = take(rest, sequence);
    if (!key) return std::nullopt;
    auto algorithm = take(*key, sequence);
    if (!algorithm) return std::nullopt;
    auto object = take(*algorithm, object_id);
    if (!object) return std::nullopt;
    return certificate{*from, *until, kind_of(*object)};
}

}
