#pragma once

#include "backends/tls/client_hello.hpp"
#include "config/settings/tls.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace postern::tls {

// What a ClientHello offers, as text for a log: numbers that are not known are written as 0x1234,
// those that only keep servers from being choosy (RFC 8701) are left out, long lists are cut. Only
// offered_protocols() holds bytes of the client's.
std::string offered_versions(const client_hello&); // "TLSv1.3 TLSv1.2", "TLSv1.1 and older"
std::string offered_suites(const client_hello&);   // OpenSSL's names
std::string offered_groups(const client_hello&);
std::string offered_signatures(const client_hello&);
std::string offered_protocols(const client_hello&);

// How many suites, without those that are signals (RFC 5746, RFC 7507) or fillers.
std::size_t count_suites(const client_hello&);

// Whether the client can speak that version.
bool offers(const client_hello&, config::tls_version);

// The names of such groups, with blanks between them.
std::string group_names(std::span<const std::uint16_t>);

}
