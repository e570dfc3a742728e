#include "backends/wolfssl/map_protocols.hpp"

#include <string>

namespace postern::tls::wolfssl {

namespace {

using v = config::tls_version;

struct row {
    v version;
    const char* name;
    int as_minimum; // 0: the library never speaks it here
    long as_option; // switches it off
};

constexpr row rows[] = {
    {v::ssl2,   "SSLv2",   0,               WOLFSSL_OP_NO_SSLv2  },
    {v::ssl3,   "SSLv3",   0,               WOLFSSL_OP_NO_SSLv3  },
    {v::tls1,   "TLSv1",   WOLFSSL_TLSV1,   WOLFSSL_OP_NO_TLSv1  },
    {v::tls1_1, "TLSv1.1", WOLFSSL_TLSV1_1, WOLFSSL_OP_NO_TLSv1_1},
    {v::tls1_2, "TLSv1.2", WOLFSSL_TLSV1_2, WOLFSSL_OP_NO_TLSv1_2},
    {v::tls1_3, "TLSv1.3", WOLFSSL_TLSV1_3, WOLFSSL_OP_NO_TLSv1_3},
};

}

config::tls_versions spoken_versions() {
    config::tls_versions all;
#if !defined(NO_OLD_TLS) && defined(WOLFSSL_ALLOW_TLSV10)
    all.insert(v::tls1);
#endif
#ifndef NO_OLD_TLS
    all.insert(v::tls1_1);
#endif
#ifndef WOLFSSL_NO_TLS12
    all.insert(v::tls1_2);
#endif
#ifdef WOLFSSL_TLS13
    all.insert(v::tls1_3);
#endif
    return all;
}

config::tls_versions usable_versions(
    config::tls_versions wanted, std::vector<config::complaint>& complaints
) {
    const auto spoken = spoken_versions();
    config::tls_versions usable;
    for (auto& r : rows) {
        if (!wanted.contains(r.version)) continue;
        if (spoken.contains(r.version)) {
            usable.insert(r.version);
            continue;
        }
        complaints.push_back(
            {config::severity::warning,
             "ssl_protocols",
             std::string("this build's wolfSSL cannot speak ") + r.name + ", so it is left out",
             "take it out of the list"}
        );
    }
    if (usable.empty())
        complaints.push_back(
            {config::severity::error,
             "ssl_protocols",
             "nothing is left that this build's wolfSSL can speak",
             "write \"TLSv1.2 TLSv1.3\""}
        );
    return usable;
}

void limit_versions(WOLFSSL_CTX* ctx, config::tls_versions versions) {
    bool oldest_is_set = false;
    for (auto& r : rows) {
        if (!versions.contains(r.version)) {
            wolfSSL_CTX_set_options(ctx, r.as_option);
        } else if (!oldest_is_set) {
            wolfSSL_CTX_SetMinVersion(ctx, r.as_minimum);
            oldest_is_set = true;
        }
    }
}

}
