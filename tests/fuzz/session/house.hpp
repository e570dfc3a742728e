#pragma once

#include "tests/fuzz/session/pipe.hpp"
#include "tests/fuzz/session/script.hpp"

#include <string>
#include <vector>

namespace postern::fuzz {

// All that left the gateway in one conversation.
struct conversation {
    std::vector<std::string> to_client;   // write by write, up to the login
    std::string admitted;                 // what the client hears of the upstream, from then on
    std::vector<std::string> to_lookup;   // requests, all lines of one together
    std::vector<std::string> to_upstream; // write by write, of all upstreams
    std::string handed_over;              // what the client said behind its login
    std::vector<std::string> log;
    boost::system::error_code end; // none: the client was let in

    bool operator==(const conversation&) const = default;
};

// Plays one session up to its login as gateway/session/serve.cpp does, with the real dialogue,
// lookup encoder and decoder, and log lines, and looks at all that leaves the gateway.
conversation play(const script&, bool in_pieces);

}
