#include "backends/tls/distinguished_name.hpp"

#include "backends/tls/der.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace postern::tls {

namespace {

using namespace std::string_view_literals;
using text = std::string_view;

struct known {
    text object, name;
};

// As OpenSSL abbreviates them.
constexpr known types[] = {
    {"\x55\x04\x03"sv,                             "CN"                    },
    {"\x55\x04\x04"sv,                             "SN"                    },
    {"\x55\x04\x05"sv,                             "serialNumber"          },
    {"\x55\x04\x06"sv,                             "C"                     },
    {"\x55\x04\x07"sv,                             "L"                     },
    {"\x55\x04\x08"sv,                             "ST"                    },
    {"\x55\x04\x09"sv,                             "street"                },
    {"\x55\x04\x0a"sv,                             "O"                     },
    {"\x55\x04\x0b"sv,                             "OU"                    },
    {"\x55\x04\x0c"sv,                             "title"                 },
    {"\x55\x04\x0d"sv,                             "description"           },
    {"\x55\x04\x0f"sv,                             "businessCategory"      },
    {"\x55\x04\x10"sv,                             "postalAddress"         },
    {"\x55\x04\x11"sv,                             "postalCode"            },
    {"\x55\x04\x14"sv,                             "telephoneNumber"       },
    {"\x55\x04\x29"sv,                             "name"                  },
    {"\x55\x04\x2a"sv,                             "GN"                    },
    {"\x55\x04\x2b"sv,                             "initials"              },
    {"\x55\x04\x2c"sv,                             "generationQualifier"   },
    {"\x55\x04\x2d"sv,                             "x500UniqueIdentifier"  },
    {"\x55\x04\x2e"sv,                             "dnQualifier"           },
    {"\x55\x04\x41"sv,                             "pseudonym"             },
    {"\x55\x04\x61"sv,                             "organizationIdentifier"},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"sv,     "emailAddress"          },
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"sv,     "unstructuredName"      },
    {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"sv, "UID"                   },
    {"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"sv, "DC"                    },
};

constexpr unsigned char utf8 = 0x0c, numeric = 0x12, printable = 0x13, teletex = 0x14, ia5 = 0x16,
                        visible = 0x1a, universal = 0x1c, bmp = 0x1e;

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

void add_hex(std::string& out, char c) {
    constexpr text digits = "0123456789ABCDEF";
    out += digits[byte(c) >> 4u];
    out += digits[byte(c) & 15u];
}

// "1.2.840.113549": an OBJECT IDENTIFIER that has no short name.
std::string dotted(text object) {
    std::string out;
    std::uint64_t number = 0;
    for (char c : object) {
        number = number << 7u | (byte(c) & 0x7fu);
        if ((byte(c) & 0x80u) != 0) continue;
        if (out.empty()) {
            auto first = number < 40 ? 0u : number < 80 ? 1u : 2u;
            out = std::to_string(first);
            number -= 40u * first;
        }
        out += '.' + std::to_string(number);
        number = 0;
    }
    return out;
}

void add_utf8(std::string& out, std::uint32_t point) {
    auto more = [&](unsigned shift) { out += static_cast<char>(0x80u | (point >> shift & 0x3fu)); };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0u | point >> 6u);
        more(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xe0u | point >> 12u);
        more(6);
        more(0);
    } else {
        out += static_cast<char>(0xf0u | (point >> 18u & 7u));
        more(12);
        more(6);
        more(0);
    }
}

// So many bytes a character. Half characters are left out.
std::string widened(text value, std::size_t width) {
    std::string out;
    for (; value.size() >= width; value.remove_prefix(width)) {
        std::uint32_t point = 0;
        for (char c : value.substr(0, width))
            point = point << 8u | byte(c);
        add_utf8(out, point);
    }
    return out;
}

// As UTF-8; nothing when it is no text.
std::optional<std::string> decoded(const der::element& value) {
    switch (value.tag) {
    case utf8:
    case numeric:
    case printable:
    case ia5:
    case visible: return value.tag == utf8 ? std::string(value.body) : widened(value.body, 1);
    case teletex: return widened(value.body, 1);
    case bmp: return widened(value.body, 2);
    case universal: return widened(value.body, 4);
    default: return std::nullopt;
    }
}

// RFC 2253 section 2.4, and what is not printable ASCII in hexadecimal.
std::string escaped(text value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        char c = value[i];
        bool first = i == 0, last = i + 1 == value.size();
        if (byte(c) < 0x20 || byte(c) > 0x7e) {
            out += '\\';
            add_hex(out, c);
            continue;
        }
        if (text(",+\"\\<>;").find(c) != text::npos || (c == ' ' && (first || last)) ||
            (c == '#' && first))
            out += '\\';
        out += c;
    }
    return out;
}

std::string one_part(text pair) {
    auto object = der::take(pair, der::object_id);
    auto value = der::take(pair);
    if (!object || !value) return {};
    for (auto& type : types)
        if (type.object == *object)
            if (auto plain = decoded(*value)) return std::string(type.name) + "=" + escaped(*plain);
    auto out = dotted(*object) + "=#";
    for (auto& type : types)
        if (type.object == *object) out = std::string(type.name) + "=#";
    for (char c : value->whole)
        add_hex(out, c);
    return out;
}

}

// Each costs its own length: a name may be as long as a stranger likes.
std::string written_name(text name) {
    std::vector<std::string> parts; // and what stands between them and the next
    auto rest = der::take(name, der::sequence);
    while (rest && !rest->empty()) {
        auto set = der::take(*rest, der::set);
        if (!set) return {};
        for (bool first = true; !set->empty(); first = false) {
            auto pair = der::take(*set, der::sequence);
            if (!pair) return {};
            parts.push_back(one_part(*pair) + (first ? "," : "+"));
        }
    }
    std::string out;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        out += *part;
    if (!out.empty()) out.pop_back();
    return out;
}

}
