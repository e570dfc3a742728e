#pragma once

#include "config/settings/protocol.hpp"

#include <string>

namespace postern::pop3 {

// What STARTTLS means for the answer to CAPA.
enum class stls {
    none,    // off, done, or not possible now
    offered, // on, in plain text
    awaited, // only, in plain text: no way to log in is announced
};

// The whole answer to CAPA (RFC 2449 section 5): the configured words in their order, SASL with its
// mechanisms, STLS.
std::string capa_reply(const config::pop3_settings&, stls, bool external = false);

// The whole answer to AUTH without arguments: one mechanism a line.
std::string auth_list_reply(const config::pop3_settings&, bool external = false);

// PLAIN and, as in nginx, LOGIN come with the word "plain"; the word "login" enables LOGIN alone.
bool allows_plain(const config::pop3_settings&);
bool allows_login(const config::pop3_settings&);

}
