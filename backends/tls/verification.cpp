#include "backends/tls/verification.hpp"

#include "backends/tls/certificate.hpp"

#include <algorithm>
#include <iterator>

namespace postern::tls {

namespace {

// RFC 8446 section 4.2.4: two bytes count them, and each has two of its own.
constexpr std::size_t most_announced = 65000;

void announce(
    const config::file& file,
    demand& out,
    std::span<const std::string> anchors,
    std::vector<config::complaint>& complaints
) {
    std::size_t bytes = 0;
    for (auto& der : anchors) {
        auto name = read_certificate(der)->subject;
        if (std::ranges::find(out.announced, name) != out.announced.end()) continue;
        bytes += name.size() + 2;
        out.announced.push_back(std::move(name));
    }
    if (bytes <= most_announced) return;
    complaints.push_back(
        {config::severity::error,
         "ssl_client_certificate",
         "the names in \"" + file.path + "\" are too many to be told to clients",
         "name the file in ssl_trusted_certificate instead"}
    );
}

}

demand read_demand(
    const config::verify_settings& from,
    const backend& library,
    std::vector<config::complaint>& complaints
) {
    demand out;
    out.asks = from.asks();
    if (!out.asks) return out;
    trust whom;
    whom.depth = static_cast<unsigned>(from.depth);
    if (auto& file = from.client_certificate; !file.path.empty()) {
        whom.anchors = read_anchors(file, "ssl_client_certificate", complaints);
        announce(file, out, whom.anchors, complaints);
    }
    if (auto& file = from.trusted_certificate; !file.path.empty())
        std::ranges::move(
            read_anchors(file, "ssl_trusted_certificate", complaints),
            std::back_inserter(whom.anchors)
        );
    if (auto& file = from.crl; !file.path.empty())
        whom.crls = read_crls(file, "ssl_crl", complaints);
    out.by = library.trusting(std::move(whom));
    return out;
}

std::string fingerprint_of(const config::verify_settings& from) {
    if (!from.asks()) return {};
    auto out = "verify " + std::to_string(static_cast<int>(from.client)) + " " +
               std::to_string(from.depth);
    for (auto* file : {&from.client_certificate, &from.trusted_certificate, &from.crl}) {
        auto text = file->bytes ? file->bytes->reveal() : std::string_view();
        out += " " + std::to_string(text.size()) + " ";
        out += text;
    }
    return out;
}

}
