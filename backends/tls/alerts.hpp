#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace postern::tls {

namespace alert {
inline constexpr std::uint8_t unexpected_message = 10;
inline constexpr std::uint8_t record_overflow = 22;
inline constexpr std::uint8_t handshake_failure = 40;
inline constexpr std::uint8_t illegal_parameter = 47;
inline constexpr std::uint8_t decode_error = 50;
inline constexpr std::uint8_t decrypt_error = 51;
inline constexpr std::uint8_t protocol_version = 70;
inline constexpr std::uint8_t unrecognized_name = 112;
inline constexpr std::uint8_t no_application_protocol = 120;
}

// The name of a TLS alert (RFC 8446 section 6, and older ones), as "no_application_protocol";
// "unknown alert" for numbers that have none.
std::string_view alert_name(std::uint8_t number);

// The number of a plain alert in these records, or -1. Some clients of TLS 1.3 refuse a certificate
// before they encrypt, so that the library only sees a record that it cannot read.
int plain_alert(std::span<const std::byte> records);

// A whole plain record with one fatal alert. `version` is the record's legacy version, as the
// client wrote it.
std::array<std::byte, 7> fatal_alert(std::uint8_t number, std::uint16_t version);

}
