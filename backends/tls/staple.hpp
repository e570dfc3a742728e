#pragma once

#include "backends/tls/certificate.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/file.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// An OCSP response (RFC 6960) to send along with a certificate; none when it is empty.
struct staple {
    using time_point = std::chrono::system_clock::time_point;

    std::string response; // DER
    time_point from{};    // thisUpdate
    time_point until{};   // nextUpdate

    bool holds_at(time_point now) const { return !response.empty() && from <= now && now < until; }
};

// ssl_stapling_file, read: a response about that certificate. What is none is an error. One that is
// about another certificate (which was renewed), expired, not valid yet, or says anything but
// "good" is a warning, and nothing is sent. Signatures are not looked at: clients do that.
staple read_staple(const config::file&, const certificate&, std::vector<config::complaint>&);

// Where ssl_certificate_dir has the response for a certificate's file.
inline std::string staple_beside(const std::string& certificate) { return certificate + ".ocsp"; }

}
