#pragma once

#include "protocols/make_dialogue.hpp"
#include "tests/support/scripted_stream.hpp"

#include <functional>
#include <memory>
#include <string>

namespace postern::test {

// Makes the dialogue under test; postern::make_dialogue has this shape.
using dialogue_maker = std::function<std::unique_ptr<
    dialogue>(const config::server_settings&, stream&, const client_facts&, budget&)>;

// How a played transcript ended.
struct outcome {
    std::string wrong;               // what differed from the script; empty: nothing
    boost::system::error_code error; // how the dialogue ended, if it did
    std::size_t calls = 0;           // reads, writes and handshakes
};

// The server's settings that the config: lines of a transcript ask for. Throws
// std::invalid_argument for a directive it does not know.
config::server_settings settings_of(const transcript&, config::mail_protocol);

// Plays the client's side of a transcript and the gateway's, against a dialogue.
outcome play(const transcript&, config::mail_protocol, const dialogue_maker&, manner = {});

// Plays the upstream's side of a transcript with an `enter:` line, against dialogue::enter().
// `talk_to` brings the dialogue to the point where it may enter; it is given the dialogue's client.
outcome play_upstream(
    const transcript&,
    config::mail_protocol,
    const dialogue_maker&,
    const transcript& before,
    manner = {}
);

// The whole check of one transcript: in one piece, byte by byte, and broken at each call. Empty
// when all was as written; otherwise what was not.
std::string verdict(const transcript&, config::mail_protocol, const dialogue_maker&);
std::string verdict_upstream(
    const transcript&, config::mail_protocol, const dialogue_maker&, const transcript& before
);

}
