#pragma once

#include "backends/tls/certificate.hpp"
#include "backends/tls/trust.hpp"
#include "backends/tls/verdict.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// On which side of TLS the owner of a certificate is.
enum class role { client, server };

// A way from a leaf to whom we trust, found by names; DER. What is left to prove.
struct path {
    std::vector<std::string_view> certificates; // the leaf first; no anchor among them
    std::string_view anchor;
    std::vector<std::string_view> crls; // of the issuers on the way
    bool demands_crls = false;
};

// The library's part: signatures, basic constraints, path lengths, name constraints, unknown
// critical extensions, and CRLs where they are demanded: of all certificates, but not of anchors,
// which are trusted by decree. Never throws; bounded by what is in the path.
using path_prover = verdict (*)(const path&, role);

// Judges peers' certificates. Ways are found, and dates, depth and purpose checked, here for all
// libraries. Immutable; one is shared by all contexts that trust the same, since a system's bundle
// is large.
class verifier {
public:
    verifier(trust, path_prover);
    verifier(const verifier&) = delete;
    verifier& operator=(const verifier&) = delete;

    // Of a chain as a peer sent it: DER, the leaf first, the others in any order and perhaps of no
    // use. When several things are wrong, the one that OpenSSL would end with.
    verdict check(std::span<const std::string_view> chain, role) const;

    bool believes(const trust& the_same) const { return trust_ == the_same; }

    // A chain of more certificates is not looked at.
    static constexpr std::size_t longest_chain = 16;

private:
    struct link {
        std::string_view der;
        certificate read;
    };
    struct way;

    way find_way(std::vector<link>&) const;
    verdict judge(const way&, role) const;
    verdict prove(const way&, role) const;
    verdict add_crls(const certificate& below, path&) const;
    bool is_anchor(const link&) const;

    trust trust_;
    path_prover prove_;
    std::vector<certificate> read_; // the anchors, in their order
    std::multimap<std::string_view, std::size_t> by_subject_;
    struct crl {
        crl_head head;
        std::string_view der;
    };
    std::multimap<std::string_view, crl> crls_by_issuer_;
};

}
