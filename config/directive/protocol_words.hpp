#pragma once

#include "config/settings/protocol.hpp"
#include "config/value/words.hpp"

namespace postern::config {

inline constexpr named<mail_protocol> protocol_words[] = {
    {"imap", mail_protocol::imap},
    {"pop3", mail_protocol::pop3},
    {"smtp", mail_protocol::smtp},
};

}
