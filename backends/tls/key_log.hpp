#pragma once

#include <string_view>

namespace postern::tls {

// Takes the secrets of connections for whoever debugs with a recording of the traffic
// (ssl_keylog_file), one line of the NSS key log format at a time, without its line end.
class key_log {
public:
    virtual ~key_log() = default;
    virtual void write(std::string_view line) const = 0;
};

}
