#pragma once

#include "backends/tls/certificate.hpp"

#include <string>
#include <string_view>

namespace postern::tls {

// Whether a certificate is for a service there, by RFC 9525 and, for mail, RFC 7817. `wanted` is a
// host name (A-labels; a dot at its end does not count) or an address literal. An address is one of
// the certificate's iPAddress names and nothing else; a host name is a dNSName, whose wildcard
// stands for one whole label at the left, or an SRVName of the protocol (of "imap": "_imap.host"
// and "_imaps.host"). The common name does not count.
bool is_for_service(const subject_names&, std::string_view wanted, std::string_view protocol);

bool is_address_literal(std::string_view);

// The names in a certificate, for a log: printable, at most eight, each cut; "no name" when there
// is none.
std::string listed(const subject_names&);

}
