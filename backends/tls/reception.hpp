#pragma once

#include "backends/tls/client_hello.hpp"
#include "backends/tls/engine.hpp"
#include "backends/tls/failure.hpp"
#include "backends/tls/hello_check.hpp"
#include "backends/tls/server.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace postern::tls {

// Reads a ClientHello (bounded, across records), chooses the context that fits it, and hands over
// an engine which has been given the very same bytes. One per handshake; gone afterwards. Until
// then it knows what the client offered, to explain a failure.
class reception {
public:
    explicit reception(std::shared_ptr<const server>);

    // Takes bytes that arrived (copied). needs_input: read on; done: admit() may be called; failed:
    // farewell() may hold an alert to send and reason() says what was wrong.
    status take(std::span<const std::byte> cipher);

    // The engine, already holding every byte taken. Once, after done.
    std::unique_ptr<engine> admit();

    std::size_t held() const { return seen_.size(); } // bytes taken so far

    std::span<const std::byte> farewell() const;
    const std::string& reason() const;

    // Bytes that went to the engine; the last ones may tell more than it does.
    void overhear(std::span<const std::byte> cipher);

    // Instead of admit(): there is no room for it, says the reason.
    void turn_away(std::string why);

    // Why there is no connection. Once. `tried`: the engine that was admitted; null when there was
    // none.
    failure explain(const engine* tried, ended how);

private:
    status refuse(unsigned char alert, std::string why);
    status refuse(const hello_fault&);
    std::string words_about(ended how) const;
    std::string hint_about(const failure&, ended how) const;

    std::shared_ptr<const server> server_;
    std::shared_ptr<const context> chosen_;
    std::vector<std::byte> seen_, farewell_;
    client_hello hello_;
    int overheard_ = -1;      // the number of a plain alert
    bool came_ = false;       // any byte
    bool understood_ = false; // the ClientHello
    bool admitted_ = false;   // an engine answers
    std::string reason_, hint_;
};

}
