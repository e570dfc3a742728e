#include "config/directive/all.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::config {

namespace {

// Directives of nginx's mail modules, of its main part, and those of other modules that people try
// in mail servers. Whoever brings one along is told so, not that it is unknown.
constexpr std::array names{
    std::string_view("proxy"),
    std::string_view("ssl_stapling_responder"),
    std::string_view("ssl_ocsp"),
    std::string_view("ssl_reject_handshake"),
    std::string_view("ssl_buffer_size"),
    std::string_view("ssl_alpn"),
    std::string_view("ssl_handshake_timeout"),
    std::string_view("ssl_preread"),
    std::string_view("allow"),
    std::string_view("deny"),
    std::string_view("include"),
    std::string_view("master_process"),
    std::string_view("load_module"),
    std::string_view("env"),
    std::string_view("events"),
    std::string_view("http"),
    std::string_view("stream"),
    std::string_view("use"),
    std::string_view("multi_accept"),
    std::string_view("accept_mutex"),
    std::string_view("accept_mutex_delay"),
    std::string_view("lock_file"),
    std::string_view("debug_points"),
    std::string_view("debug_connection"),
    std::string_view("pcre_jit"),
    std::string_view("ssl_engine"),
    std::string_view("thread_pool"),
    std::string_view("timer_resolution"),
    std::string_view("working_directory"),
    std::string_view("worker_cpu_affinity"),
    std::string_view("worker_priority"),
    std::string_view("worker_rlimit_core"),
    std::string_view("worker_aio_requests"),
};

}

std::string nginx_advice(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> advice[] = {
        {"ssl_stapling_responder", "responses are not fetched here; see ssl_stapling_file"     },
        {"ssl_buffer_size",        "leave it out: a record is as long as what there is to send"},
        {"ssl_alpn",               "leave it out: it is the name of the server's protocol"     },
        {"ssl_handshake_timeout",  "write timeout, which counts for handshakes, too"           },
        {"ssl_engine",             "keys are files here; ssl_key_process keeps them apart"     },
        {"include",                "there is one file; certificates can be in a folder"        },
        {"master_process",         "write worker_processes = 0 for a single process"           },
        {"load_module",            "mail and TLS are built in"                                 },
        {"debug_connection",       "write debug as the level of error_log"                     },
        {"allow",                  "let a packet filter decide who may connect"                },
        {"deny",                   "let a packet filter decide who may connect"                },
    };
    for (auto& [known, text] : advice)
        if (known == name) return std::string(text);
    return {};
}

bool is_only_of_nginx(std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

}
