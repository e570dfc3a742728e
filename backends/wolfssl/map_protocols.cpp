#include "backends/wolfssl/map_protocols.hpp"

namespace postern::tls::wolfssl {

namespace {

using config::tls_version;

struct row {
    tls_version version;
    int as_minimum; // 0: the library never speaks it here
    long as_option; // switches it off
};

constexpr row rows[] = {
    {tls_version::ssl2,   0,               WOLFSSL_OP_NO_SSLv2  },
    {tls_version::ssl3,   0,               WOLFSSL_OP_NO_SSLv3  },
    {tls_version::tls1,   WOLFSSL_TLSV1,   WOLFSSL_OP_NO_TLSv1  },
    {tls_version::tls1_1, WOLFSSL_TLSV1_1, WOLFSSL_OP_NO_TLSv1_1},
    {tls_version::tls1_2, WOLFSSL_TLSV1_2, WOLFSSL_OP_NO_TLSv1_2},
    {tls_version::tls1_3, WOLFSSL_TLSV1_3, WOLFSSL_OP_NO_TLSv1_3},
};

// By the build's macros: the library's setters accept versions that it cannot speak.
config::tls_versions has() {
    config::tls_versions all;
#if !defined(NO_OLD_TLS) && defined(WOLFSSL_ALLOW_TLSV10)
    all.insert(tls_version::tls1);
#endif
#ifndef NO_OLD_TLS
    all.insert(tls_version::tls1_1);
#endif
#ifndef WOLFSSL_NO_TLS12
    all.insert(tls_version::tls1_2);
#endif
#ifdef WOLFSSL_TLS13
    all.insert(tls_version::tls1_3);
#endif
    return all;
}

}

config::tls_versions read_versions(
    const config::tls_settings& from, std::vector<config::complaint>& complaints
) {
    return available_versions(from.versions, has(), "wolfSSL", complaints);
}

void use_versions(WOLFSSL_CTX* ctx, config::tls_versions some) {
    bool least_is_set = false;
    for (auto& r : rows) {
        if (!some.contains(r.version)) {
            wolfSSL_CTX_set_options(ctx, r.as_option);
        } else if (!least_is_set) {
            wolfSSL_CTX_SetMinVersion(ctx, r.as_minimum);
            least_is_set = true;
        }
    }
}

}
