#pragma once

#include "backends/tls/engine.hpp"
#include "tests/backends/support/meeting.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::tls::test {

// An `openssl s_client` on one side, an engine driven step by step on the other. Every wait ends
// after ten seconds; the test then fails.
class client_link {
public:
    explicit client_link(
        const std::vector<std::string>& client_words,
        std::shared_ptr<const server> with = nullptr // null: an ECDSA certificate, defaults
    );
    ~client_link();

    // To the end of the handshake, through reception.
    engine& shake_hands();
    // The same, when it is to go wrong: why.
    std::string fail_to_shake_hands();

    void say(std::string_view plain); // encrypts and sends all
    void flush();                     // sends what is pending
    std::string hear(std::size_t bytes);
    status hear_end(); // reads until something other than data comes

    void type(std::string_view line); // into s_client's input
    std::string from_client_output(std::size_t bytes);
    bool from_client_output_has(std::string_view text);
    bool client_ended();

    void wait_for_bytes();
    std::string take_raw(); // what arrived at the socket, as it is

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}
