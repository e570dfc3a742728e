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
    };
    method how = method::plain;
    std::string mechanism; // as logs show it: "LOGIN", "PLAIN", "USER", "EXTERNAL", "NONE"
    std::string user;      // hostile bytes, any length up to the protocol's buffer
    secret password;

    // smtp_auth none: the client's words, whole commands as nginx passes them on ("MAIL FROM:<a@b>
    // SIZE=1").
    std::string helo, mail_from, rcpt_to;
};

}
