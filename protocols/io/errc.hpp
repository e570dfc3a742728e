#pragma once

#include <boost/system/error_code.hpp>

namespace postern {

// Why a conversation ended, in postern's own words. The text of each is what an operator reads in
// the log.
enum class errc {
    closed = 1,             // the peer closed its side in good order
    truncated,              // the peer left without closing TLS
    timed_out,              // a deadline passed
    too_long,               // a line, literal or reply over its limit
    bytes_before_handshake, // text was buffered when STARTTLS was accepted: RFC 3207 section 6, RFC
                            // 2595 section 3.1
    too_many_errors,        // max_errors reached
    too_many_logins,        // max_login_failures reached
    too_many_commands,      // max_commands reached
    goodbye,                // the client said LOGOUT or QUIT
    refused,                // the session was refused and the client told so
    bad_reply,       // an upstream or a lookup answered something that the protocol does not allow
    unavailable,     // an upstream or a lookup could not be reached
    tls_failed,      // the handshake or a record failed; the engine's reason says how
    shutting_down,   // this worker is leaving
    talked_early,    // the client did not wait for the greeting (smtp_greeting_delay)
    no_xclient,      // the upstream takes no XCLIENT from us, so it cannot learn who logged in
    no_certificate,  // the client showed none, and must (ssl_verify_client)
    bad_certificate, // the client's certificate does not pass ssl_verify_client
    no_mechanism,    // the upstream announces no AUTH mechanism that we speak
    no_starttls,     // the upstream offers no STARTTLS, or refuses it
    cleartext,       // a password would leave this machine in clear text
    too_many_sasl_steps, // max_sasl_steps passed
    too_many_literals,   // imap_max_literals passed
    too_many_bytes,      // max_login_bytes passed
    too_much_memory,     // max_login_memory passed
    too_slow,            // login_timeout passed
    http_request,        // the client speaks HTTP
    no_proxy_header,     // the connection does not begin with a PROXY protocol header, or a bad one
};

const boost::system::error_category& postern_category();
inline boost::system::error_code make_error_code(errc e) {
    return {static_cast<int>(e), postern_category()};
}

}

namespace boost::system {
template <> struct is_error_code_enum<postern::errc> : std::true_type {};
}
