#pragma once

#include <optional>
#include <string_view>

namespace postern::tls::der {

// The tags of X.509 that are looked for by name (ITU-T X.690 section 8).
inline constexpr unsigned char boolean = 0x01, integer = 0x02, bit_string = 0x03,
                               octet_string = 0x04, object_id = 0x06, utc_time = 0x17,
                               generalized_time = 0x18, sequence = 0x30, set = 0x31;

// The context-specific tag of that number, below 31; constructed ones hold elements.
constexpr unsigned char primitive(unsigned number) {
    return static_cast<unsigned char>(0x80u | number);
}
constexpr unsigned char constructed(unsigned number) {
    return static_cast<unsigned char>(0xa0u | number);
}

struct element {
    unsigned char tag = 0;
    std::string_view body;  // a view of what was read
    std::string_view whole; // with tag and length
};

// Takes the next element off the front. Nothing when it does not end within `rest`, which then
// stays as it is. Only definite lengths of up to four bytes, more than a certificate ever has, and
// tags of one byte.
std::optional<element> take(std::string_view& rest);

// The same, when it must have that tag: its body.
std::optional<std::string_view> take(std::string_view& rest, unsigned char tag);

}
