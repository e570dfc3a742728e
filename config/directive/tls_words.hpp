#pragma once

#include "config/settings/tls.hpp"
#include "config/value/words.hpp"

namespace postern::config {

inline constexpr named<tls_version> version_words[] = {
    {"SSLv2",   tls_version::ssl2  },
    {"SSLv3",   tls_version::ssl3  },
    {"TLSv1",   tls_version::tls1  },
    {"TLSv1.1", tls_version::tls1_1},
    {"TLSv1.2", tls_version::tls1_2},
    {"TLSv1.3", tls_version::tls1_3},
};

}
