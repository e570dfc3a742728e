#include "backends/tls/certificate.hpp"

#include "backends/tls/der.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace postern::tls {

namespace {

using namespace std::string_view_literals;
using text = std::string_view;
using time_point = std::chrono::system_clock::time_point;

struct curve {
    text object;
    text name;
};
constexpr curve curves[] = {
    {"\x2a\x86\x48\xce\x3d\x03\x01\x07"sv, "P-256"},
    {"\x2b\x81\x04\x00\x22"sv,             "P-384"},
    {"\x2b\x81\x04\x00\x23"sv,             "P-521"},
};

std::string name_of_curve(text parameters) {
    if (auto object = der::take(parameters, der::object_id))
        for (auto& c : curves)
            if (c.object == *object) return "ECDSA " + std::string(c.name);
    return "ECDSA";
}

// RFC 8017 appendix A.1.1, inside a BIT STRING: the modulus says how long the key is.
std::string name_of_rsa(text key) {
    auto bits = der::take(key, der::bit_string);
    if (!bits || bits->empty()) return "RSA";
    auto inside = bits->substr(1);
    auto pair = der::take(inside, der::sequence);
    auto modulus = pair ? der::take(*pair, der::integer) : std::nullopt;
    if (!modulus) return "RSA";
    auto digits = *modulus;
    while (!digits.empty() && digits[0] == '\0')
        digits.remove_prefix(1);
    if (digits.empty()) return "RSA";
    auto top = static_cast<unsigned char>(digits[0]);
    return "RSA " + std::to_string(8 * (digits.size() - 1) + std::bit_width(top));
}

bool read_key(text info, certificate& out) {
    auto algorithm = der::take(info, der::sequence);
    auto object = algorithm ? der::take(*algorithm, der::object_id) : std::nullopt;
    if (!object) return false;
    out.key_name = "other key";
    if (*object == "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv) {
        out.key = key_kind::rsa;
        out.key_name = name_of_rsa(info);
    } else if (*object == "\x2a\x86\x48\xce\x3d\x02\x01"sv) {
        out.key = key_kind::ecdsa;
        out.key_name = name_of_curve(*algorithm);
    } else if (*object == "\x2b\x65\x70"sv) {
        out.key = key_kind::ed25519;
        out.key_name = "Ed25519";
    }
    return true;
}

// RFC 4985 section 2: an otherName of the type id-on-dnsSRV
void read_other_name(text body, subject_names& out) {
    auto type = der::take(body, der::object_id);
    if (!type || *type != "\x2b\x06\x01\x05\x05\x07\x08\x07"sv) return;
    auto value = der::take(body, der::constructed(0));
    auto name = value ? der::take(*value) : std::nullopt;
    if (name) out.srv.emplace_back(name->body);
}

bool read_names(text body, subject_names& out) {
    out.any = true;
    auto list = der::take(body, der::sequence);
    if (!list) return false;
    while (!list->empty()) {
        auto one = der::take(*list);
        if (!one) return false;
        switch (one->tag) {
        case der::constructed(0): read_other_name(one->body, out); break;
        case der::primitive(1): out.email.emplace_back(one->body); break;
        case der::primitive(2): out.dns.emplace_back(one->body); break;
        case der::primitive(6): out.uri.emplace_back(one->body); break;
        case der::primitive(7): out.ip.emplace_back(one->body); break;
        default: break;
        }
    }
    return true;
}

bool read_constraints(text body, certificate& out) {
    auto inside = der::take(body, der::sequence);
    if (!inside) return false;
    auto ca = der::take(*inside, der::boolean);
    out.is_ca = ca && *ca != "\0"sv;
    return true;
}

bool read_key_usage(text body, certificate& out) {
    auto bits = der::take(body, der::bit_string);
    if (!bits || bits->empty()) return false;
    out.use.bits = bits->size() > 1 ? static_cast<unsigned char>((*bits)[1]) : 0u;
    return true;
}

bool read_extended_usage(text body, certificate& out) {
    auto list = der::take(body, der::sequence);
    if (!list) return false;
    out.use.tls_client = out.use.tls_server = false;
    while (!list->empty()) {
        auto object = der::take(*list, der::object_id);
        if (!object) return false;
        if (*object == "\x2b\x06\x01\x05\x05\x07\x03\x01"sv) out.use.tls_server = true;
        if (*object == "\x2b\x06\x01\x05\x05\x07\x03\x02"sv) out.use.tls_client = true;
    }
    return true;
}

bool read_extension(text one, certificate& out) {
    auto object = der::take(one, der::object_id);
    if (!object) return false;
    der::take(one, der::boolean); // critical
    auto value = der::take(one, der::octet_string);
    if (!value) return false;
    if (*object == "\x55\x1d\x11"sv) return read_names(*value, out.names);
    if (*object == "\x55\x1d\x13"sv) return read_constraints(*value, out);
    if (*object == "\x55\x1d\x0f"sv) return read_key_usage(*value, out);
    if (*object == "\x55\x1d\x25"sv) return read_extended_usage(*value, out);
    return true;
}

bool read_extensions(text rest, certificate& out) {
    der::take(rest, der::primitive(1)); // unique identifiers, which nobody has
    der::take(rest, der::primitive(2));
    auto outer = der::take(rest, der::constructed(3));
    if (!outer) return rest.empty();
    auto list = der::take(*outer, der::sequence);
    if (!list) return false;
    while (!list->empty()) {
        auto one = der::take(*list, der::sequence);
        if (!one || !read_extension(*one, out)) return false;
    }
    return true;
}

// A Name, kept whole.
bool keep_name(text& rest, std::string& out) {
    auto one = der::take(rest);
    if (!one || one->tag != der::sequence) return false;
    out = one->whole;
    return true;
}

bool read_inner(text rest, certificate& out) {
    der::take(rest, der::constructed(0)); // version
    auto serial = der::take(rest, der::integer);
    if (!serial || !der::take(rest)) return false; // then the signature's algorithm
    out.serial = *serial;
    if (!keep_name(rest, out.issuer)) return false;
    auto validity = der::take(rest, der::sequence);
    if (!validity) return false;
    auto from = take_time(*validity);
    auto until = take_time(*validity);
    if (!from || !until || !keep_name(rest, out.subject)) return false;
    out.not_before = *from;
    out.not_after = *until;
    auto key = der::take(rest, der::sequence);
    return key && read_key(*key, out) && read_extensions(rest, out);
}

}

time_point point_in_time(std::int64_t seconds) {
    using whole = std::chrono::seconds;
    auto last = std::chrono::duration_cast<whole>(time_point::max().time_since_epoch()).count();
    return time_point(whole(std::clamp<std::int64_t>(seconds, 0, last)));
}

// RFC 5280 section 4.1.2.5: YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ
std::optional<time_point> take_time(text& rest) {
    auto one = der::take(rest);
    if (!one || (one->tag != der::utc_time && one->tag != der::generalized_time))
        return std::nullopt;
    std::size_t year_digits = one->tag == der::utc_time ? 2 : 4;
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
    auto at = sys_days(date) + hours(part[3]) + minutes(part[4]) + seconds(part[5]);
    return point_in_time(at.time_since_epoch().count());
}

std::optional<certificate> read_certificate(text der_bytes) {
    auto whole = der::take(der_bytes, der::sequence);
    auto inner = whole ? der::take(*whole, der::sequence) : std::nullopt;
    certificate out;
    if (!inner || !read_inner(*inner, out)) return std::nullopt;
    return out;
}

// Values of one kind in a Name, when they are plain text.
static std::vector<std::string> values_in(text name, text kind) {
    std::vector<std::string> out;
    auto parts = der::take(name, der::sequence);
    while (parts && !parts->empty()) {
        auto part = der::take(*parts, der::set);
        auto pair = part ? der::take(*part, der::sequence) : std::nullopt;
        auto object = pair ? der::take(*pair, der::object_id) : std::nullopt;
        if (!object) break;
        auto value = der::take(*pair);
        constexpr unsigned char utf8 = 0x0c, printable = 0x13, ia5 = 0x16;
        if (*object == kind && value &&
            (value->tag == utf8 || value->tag == printable || value->tag == ia5))
            out.emplace_back(value->body);
    }
    return out;
}

std::vector<std::string> common_names(text name) { return values_in(name, "\x55\x04\x03"sv); }

// PKCS #9, as RFC 5280 section 4.1.2.6 still has it.
std::vector<std::string> subject_emails(text name) {
    return values_in(name, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"sv);
}

}
