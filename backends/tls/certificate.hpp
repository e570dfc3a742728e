#pragma once

#include "backends/tls/context.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// Whom a certificate speaks for, besides its subject (RFC 5280 section 4.2.1.6). As written there:
// hostile, when the certificate came from a peer.
struct subject_names {
    std::vector<std::string> dns;   // dNSName; may begin with "*."
    std::vector<std::string> email; // rfc822Name
    std::vector<std::string> ip;    // iPAddress, 4 or 16 bytes
    std::vector<std::string> uri;   // uniformResourceIdentifier
    std::vector<std::string> srv;   // SRVName, "_imap.example.org" (RFC 4985 section 2)
    bool any = false;               // whether there is such an extension at all
};

// What a certificate's key may be used for (RFC 5280 section 4.2.1.3 and 4.2.1.12). Without such an
// extension: anything. anyExtendedKeyUsage does not count, as with OpenSSL.
struct key_usage {
    static constexpr unsigned digital_signature = 0x80, key_encipherment = 0x20,
                              key_agreement = 0x08,
                              certificate_signing = 0x04; // the first octet's bits
    unsigned bits = 0xff;
    bool tls_client = true, tls_server = true;
};

// What postern itself must know of a certificate, read without a library.
struct certificate {
    std::chrono::system_clock::time_point not_before, not_after;
    key_kind key = key_kind::other;
    std::string key_name;        // "RSA 2048", "ECDSA P-256", "Ed25519"; "other key" when unknown
    std::string serial;          // the integer's bytes, most significant first
    std::string issuer, subject; // each a Name, as DER with tag and length
    subject_names names;
    key_usage use;
    bool is_ca = false; // by its basic constraints (RFC 5280 section 4.2.1.9)
};

// Reads an X.509 certificate (RFC 5280 section 4.1), as DER. Nothing when it is not one. Signatures
// are not looked at.
std::optional<certificate> read_certificate(std::string_view der);

// That many seconds after 1970 began, as far as the clock's nanoseconds reach: what is before 1970
// is its beginning, what is after 2262, as a certificate without an end (99991231235959Z), its end.
std::chrono::system_clock::time_point point_in_time(std::int64_t seconds);

// Takes a time off the front (RFC 5280 section 4.1.2.5): YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ.
std::optional<std::chrono::system_clock::time_point> take_time(std::string_view& der);

// The common names in a Name, in order, when they are plain text (PrintableString, UTF8String,
// IA5String). The same of emailAddress.
std::vector<std::string> common_names(std::string_view name);
std::vector<std::string> subject_emails(std::string_view name);

}
