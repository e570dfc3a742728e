#pragma once

#include "config/value/secret.hpp"

#include <string>

namespace postern::sasl {

// Who wants in, by which way, with which secret.
struct credentials {
    enum class method {
        plain,    // a name and a password, however they were said
        external, // a certificate; there is no password
        none,     // smtp_auth none: an envelope and no login
        cram_md5, // proof of knowing the password: `password` is a digest made over `challenge`
        apop,     // the same, of POP3
    };
    method how = method::plain;
    std::string mechanism; // as logs show it: "LOGIN", "PLAIN", "USER", "EXTERNAL", "CRAM-MD5",
                           // "APOP", "NONE"
    std::string user;      // hostile bytes, any length up to the protocol's buffer
    secret password;
    std::string challenge; // ours, of cram_md5 and apop, with its angle brackets

    // Whether the upstream can be told of it without more: not a certificate or a digest.
    bool has_password() const { return how == method::plain; }

    // smtp_auth none: the client's words, whole commands as nginx passes them on ("MAIL FROM:<a@b>
    // SIZE=1").
    std::string helo, mail_from, rcpt_to;
};

}
