#include "backends/tls/alerts.hpp"

#include <utility>

namespace postern::tls {

namespace {

constexpr std::pair<std::uint8_t, std::string_view> names[] = {
    {0,   "close_notify"                   },
    {10,  "unexpected_message"             },
    {20,  "bad_record_mac"                 },
    {21,  "decryption_failed"              },
    {22,  "record_overflow"                },
    {30,  "decompression_failure"          },
    {40,  "handshake_failure"              },
    {41,  "no_certificate"                 },
    {42,  "bad_certificate"                },
    {43,  "unsupported_certificate"        },
    {44,  "certificate_revoked"            },
    {45,  "certificate_expired"            },
    {46,  "certificate_unknown"            },
    {47,  "illegal_parameter"              },
    {48,  "unknown_ca"                     },
    {49,  "access_denied"                  },
    {50,  "decode_error"                   },
    {51,  "decrypt_error"                  },
    {70,  "protocol_version"               },
    {71,  "insufficient_security"          },
    {80,  "internal_error"                 },
    {86,  "inappropriate_fallback"         },
    {90,  "user_canceled"                  },
    {100, "no_renegotiation"               },
    {109, "missing_extension"              },
    {110, "unsupported_extension"          },
    {112, "unrecognized_name"              },
    {113, "bad_certificate_status_response"},
    {115, "unknown_psk_identity"           },
    {116, "certificate_required"           },
    {120, "no_application_protocol"        },
};

}

std::string_view alert_name(std::uint8_t number) {
    for (auto& [code, name] : names)
        if (code == number) return name;
    return "unknown alert";
}

int plain_alert(std::span<const std::byte> records) {
    auto number = [&](std::size_t at) { return std::to_integer<int>(records[at]); };
    while (records.size() >= 7) {
        auto length = static_cast<std::size_t>(number(3) << 8 | number(4));
        // RFC 8446 section 6: level and description. An encrypted one is longer.
        if (number(0) == 21) return length == 2 && number(5) == 2 ? number(6) : -1;
        // Appendix D.4: a ChangeCipherSpec that means nothing may come first.
        if (number(0) != 20 || length != 1) return -1;
        records = records.subspan(6);
    }
    return -1;
}

std::array<std::byte, 7> fatal_alert(std::uint8_t number, std::uint16_t version) {
    auto byte = [](unsigned value) { return static_cast<std::byte>(value & 0xffu); };
    return {byte(21), byte(version >> 8u), byte(version), byte(0), byte(2), byte(2), byte(number)};
}

}
