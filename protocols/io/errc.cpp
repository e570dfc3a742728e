#include "protocols/io/errc.hpp"

#include <string>

namespace postern {

namespace {

const char* text_of(errc e) {
    switch (e) {
    case errc::closed: return "connection closed";
    case errc::truncated: return "connection closed without closing TLS";
    case errc::timed_out: return "timed out";
    case errc::too_long: return "line, literal or reply too long";
    case errc::bytes_before_handshake: return "plain text was sent behind STARTTLS";
    case errc::too_many_errors: return "too many invalid commands";
    case errc::too_many_logins: return "too many failed logins";
    case errc::too_many_commands: return "too many commands";
    case errc::goodbye: return "client said goodbye";
    case errc::refused: return "session refused";
    case errc::bad_reply: return "reply that the protocol does not allow";
    case errc::unavailable: return "not available";
    case errc::tls_failed: return "TLS failed";
    case errc::shutting_down: return "shutting down";
    case errc::talked_early: return "client talked before the greeting";
    case errc::no_xclient:
        return "the upstream takes no XCLIENT with LOGIN from this gateway: allow it there, or set "
               "proxy_smtp_auth on";
    case errc::no_certificate: return "client sent no required SSL certificate";
    case errc::bad_certificate: return "client SSL certificate verify error";
    case errc::no_mechanism: return "the upstream announces neither AUTH PLAIN nor AUTH LOGIN";
    case errc::no_starttls:
        return "the upstream does not offer STARTTLS, or refuses it, and proxy_ssl wants it";
    case errc::cleartext:
        return "the password would leave this machine in clear text: set proxy_ssl starttls or on, "
               "or proxy_allow_plaintext on";
    case errc::too_many_sasl_steps: return "too many steps of authentication (max_sasl_steps)";
    case errc::too_many_literals: return "too many literals (imap_max_literals)";
    case errc::too_many_bytes: return "too many bytes before the login (max_login_bytes)";
    case errc::too_much_memory: return "too many bytes at once (max_login_memory)";
    case errc::too_slow: return "no login in time (login_timeout)";
    case errc::http_request: return "an HTTP request was sent to a mail port";
    case errc::no_proxy_header: return "no valid PROXY protocol header";
    }
    return "unknown error";
}

// Boost's base class has a destructor that is neither virtual nor protected; no category is ever
// deleted through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "postern"; }
    std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
};
#pragma GCC diagnostic pop

}

const boost::system::error_category& postern_category() {
    static const category one;
    return one;
}

}
