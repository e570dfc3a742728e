#pragma once

#include "backends/tls/engine.hpp"
#include "backends/tls/hello_check.hpp"
#include "backends/tls/server.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace postern::tls {

// Reads a ClientHello (bounded, across records), chooses the context that fits it, and hands over
// an engine which has been given the very same bytes. One per handshake; gone afterwards.
class reception {
public:
    explicit reception(std::shared_ptr<const server>);

    // Takes bytes that arrived (copied). needs_input: read on; done: admit() may be called; failed:
    // farewell() may hold an alert to send and reason() says what was wrong.
    status take(std::span<const std::byte> cipher);

    // The engine, already holding every byte taken. Once, after done.
    std::unique_ptr<engine> admit();

    std::span<const std::byte> farewell() const;
    const std::string& reason() const;

private:
    status refuse(unsigned char alert, std::string why);
    status refuse(const hello_fault&);

    std::shared_ptr<const server> server_;
    std::shared_ptr<const context> chosen_;
    std::vector<std::byte> seen_, farewell_;
    std::string reason_;
};

}
