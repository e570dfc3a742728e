#include "config/nginx/known.hpp"

#include <algorithm>

namespace postern::config {

namespace {

struct repetition {
    std::string_view name;
    again how;
};

constexpr repetition repetitions[] = {
    {"imap_auth",         again::joined  },
    {"pop3_auth",         again::joined  },
    {"smtp_auth",         again::joined  },
    {"imap_capabilities", again::joined  },
    {"pop3_capabilities", again::joined  },
    {"smtp_capabilities", again::joined  },
    {"ssl_protocols",     again::joined  },
    {"ssl_session_cache", again::joined  },
    {"auth_http",         again::replaced},
    {"protocol",          again::replaced},
};

// Of nginx 1.31, but for what depends on the machine and what it needs to be told (listen,
// auth_http, certificates).
constexpr nginx_default defaults[] = {
    {"timeout",                    "60s"                    },
    {"max_errors",                 "5"                      },
    {"starttls",                   "off"                    },
    {"ssl_protocols",              "TLSv1.2 TLSv1.3"        },
    {"ssl_ciphers",                "HIGH:!aNULL:!MD5"       },
    {"ssl_prefer_server_ciphers",  "off"                    },
    {"ssl_ecdh_curve",             "auto"                   },
    {"ssl_session_cache",          "none"                   },
    {"ssl_session_timeout",        "5m"                     },
    {"ssl_session_tickets",        "on"                     },
    {"ssl_verify_client",          "off"                    },
    {"ssl_verify_depth",           "1"                      },
    {"auth_http_timeout",          "60s"                    },
    {"auth_http_pass_client_cert", "off"                    },
    {"proxy_buffer",               "4k"                     },
    {"proxy_timeout",              "24h"                    },
    {"proxy_pass_error_message",   "off"                    },
    {"proxy_smtp_auth",            "off"                    },
    {"proxy_protocol",             "off"                    },
    {"xclient",                    "on"                     },
    {"resolver_timeout",           "30s"                    },
    {"imap_auth",                  "plain"                  },
    {"imap_capabilities",          "IMAP4 IMAP4rev1 UIDPLUS"},
    {"imap_client_buffer",         "4k"                     },
    {"pop3_auth",                  "plain"                  },
    {"pop3_capabilities",          "TOP USER UIDL"          },
    {"smtp_auth",                  "plain login"            },
    {"smtp_client_buffer",         "4k"                     },
    {"smtp_greeting_delay",        "0"                      },
};

// Of the process, of other protocols, or without any effect.
constexpr std::string_view without_mail[] = {
    "accept_mutex",
    "accept_mutex_delay",
    "debug_connection",
    "debug_points",
    "env",
    "events",
    "google_perftools_profiles",
    "http",
    "load_module",
    "lock_file",
    "master_process",
    "multi_accept",
    "pcre_jit",
    "proxy",
    "quic_bpf",
    "ssl_object_cache_inheritable",
    "stream",
    "thread_pool",
    "timer_resolution",
    "use",
    "worker_aio_requests",
    "worker_cpu_affinity",
    "worker_priority",
    "worker_rlimit_core",
    "working_directory",
};

}

again when_written_again(std::string_view name) {
    auto known = std::ranges::find(repetitions, name, &repetition::name);
    return known == std::end(repetitions) ? again::refused : known->how;
}

std::span<const nginx_default> nginx_defaults() { return defaults; }

bool is_without_mail(std::string_view name) {
    return std::ranges::binary_search(without_mail, name);
}

}
