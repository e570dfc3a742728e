#include "backends/tls/verdict.hpp"

#include <iterator>

namespace postern::tls {

namespace {

struct row {
    int number;
    std::string_view words;
};

// In the order of the enumeration. The numbers are X509_V_ERR_*.
constexpr row rows[] = {
    {0,  {}                                            },
    {0,  {}                                            },
    {0,  {}                                            },
    {20, "unable to get local issuer certificate"      },
    {21, "unable to verify the first certificate"      },
    {18, "self-signed certificate"                     },
    {19, "self-signed certificate in certificate chain"},
    {10, "certificate has expired"                     },
    {9,  "certificate is not yet valid"                },
    {23, "certificate revoked"                         },
    {3,  "unable to get certificate CRL"               },
    {12, "CRL has expired"                             },
    {8,  "CRL signature failure"                       },
    {7,  "certificate signature failure"               },
    {22, "certificate chain too long"                  },
    {26, "unsuitable certificate purpose"              },
    {24, "invalid CA certificate"                      },
    {25, "path length constraint exceeded"             },
    {47, "permitted subtree violation"                 },
    {62, "hostname mismatch"                           },
    {28, "certificate rejected"                        },
};
static_assert(std::size(rows) == static_cast<std::size_t>(verdict::malformed) + 1);

const row& row_of(verdict v) { return rows[static_cast<std::size_t>(v)]; }

}

std::string_view words(verdict v) { return row_of(v).words; }

int number(verdict v) { return row_of(v).number; }

bool only_untrusted(verdict v) {
    return v == verdict::unknown_issuer || v == verdict::leaf_unverified ||
           v == verdict::self_signed || v == verdict::self_signed_in_chain;
}

}
