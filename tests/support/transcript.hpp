#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

// One line of a transcript, or several that are one thing: neighbouring C: lines are one packet and
// neighbouring S: lines are one expectation.
struct step {
    enum class kind {
        client,    // C: bytes of the client
        server,    // S: bytes of the server
        handshake, // T: handshake
        login,     // login: user password
        envelope,  // envelope: helo | mail from | rcpt to
        answer,    // answer: no|denied|unavailable|yes words
        rest,      // rest: bytes the client sent behind its login
        end,       // end: reason
        result,    // result: accepted|denied|bad_reply|...   (transcripts of an upstream login)
    };
    kind what;
    std::string text; // with its line ends for client, server and rest
    int line = 0;     // of the file, for messages
};

// A conversation as tests/transcripts/README.md describes it.
struct transcript {
    std::string name;                // its file
    std::vector<std::string> config; // TOML directives of the server
    std::string enter;               // enter: user password   (transcripts of an upstream login)
    bool whole_only = false;         // pieces: whole
    std::vector<step> steps;
};

// Throws std::invalid_argument, with the line, for anything it does not know.
transcript read_transcript(std::string_view text, std::string name = "in the test");
transcript load_transcript(const std::filesystem::path&);

// All transcripts of a folder below tests/transcripts, by name. Throws when there are none.
std::vector<transcript> transcripts_of(std::string_view folder);

}
