#pragma once

#include "config/report/complaint.hpp"
#include "config/settings/file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// Whom to believe about peers' certificates, as read from files. Who is named here is believed,
// whether it is a root or not.
struct trust {
    std::vector<std::string> anchors; // certificates, DER
    std::vector<std::string> crls;    // DER; when there is one, each issuer of a chain needs one
    unsigned depth = 1;               // so many certificates may stand between leaf and anchor

    bool operator==(const trust&) const = default;
};

// The certificates of a PEM file, and the CRLs of one; a complaint names the directive and the
// file.
std::vector<std::string>
read_anchors(const config::file&, std::string_view directive, std::vector<config::complaint>&);
std::vector<std::string>
read_crls(const config::file&, std::string_view directive, std::vector<config::complaint>&);

// What postern must know of a CRL (RFC 5280 section 5.1): the issuer's Name, as DER in the CRL, and
// when it counts. Nothing when it is no CRL.
struct crl_head {
    std::string_view issuer;
    std::chrono::system_clock::time_point from, until;
};
std::optional<crl_head> read_crl_head(std::string_view der);

}
