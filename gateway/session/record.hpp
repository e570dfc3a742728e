#pragma once

#include "config/settings/protocol.hpp"
#include "gateway/session/ending.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace postern::gateway {

// All that is known of a session, for its two lines in the log. Never a password.
struct record {
    std::string session;      // 16 hex digits, unlikely to repeat
    std::string client;       // address and port
    std::string via, claimed; // a load balancer's; a client's by one that is not believed: or empty
    std::string_view listener; // as the configuration writes it; lives with the generation
    config::mail_protocol protocol = config::mail_protocol::imap;
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

    // Of the last login that was tried.
    std::string user;          // as the client gave it: hostile
    std::string upstream_user; // when the lookup changed it
    std::string mechanism;
    std::string upstream;
    std::string upstream_tls; // "TLSv1.3"; empty: plain text
    bool upstream_resumed = false;
    bool upstream_untold = false; // it was to hear of the client by XCLIENT, and knows none

    std::string client_verify;  // what was said of the client's certificate; empty: not asked for
    std::string client_subject; // of that certificate: hostile

    ending end;
    std::string detail; // more about the reason: our words, then perhaps a peer's
};

std::string new_session_id();

}
