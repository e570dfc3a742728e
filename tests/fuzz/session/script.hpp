#pragma once

#include "backends/tls/facts.hpp"
#include "config/settings.hpp"
#include "protocols/make_dialogue.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace postern::fuzz {

using flights = std::vector<std::string>;

// What a fuzzer's bytes say: a server's settings, and what client, lookup and upstreams say there.
// A flight is what a peer sends at once.
struct script {
    config::server_settings settings;
    client_facts who;
    config::log_settings::style style = config::log_settings::style::text;
    tls::facts tls;                                     // of the client, after STARTTLS
    bool talks_early = false;                           // before an SMTP greeting that is held back
    errc end = errc::closed;                            // what ends a peer that has no more to say
    std::size_t client_breaks = 0, upstream_breaks = 0; // at which write, from 1; 0: never
    std::array<std::size_t, 4> pieces{};                // what reads give, in turn

    flights client;
    std::vector<std::string> answers; // of the lookup: header lines
    std::vector<flights> upstreams;   // one a connection
};

// The settings are the first bytes, mostly digits. Each part behind them begins with the byte 0xF5
// and a letter: C a flight of the client, L an answer of the lookup, V the first flight of the next
// upstream, U a further one.
script read_script(std::span<const std::uint8_t>);

}
