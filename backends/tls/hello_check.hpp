#pragma once

#include "backends/tls/server.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace postern::tls {

// Why a client is refused by its first message, and with which alert.
struct hello_fault {
    std::uint8_t alert = 0;
    std::string_view words;
};

// What is wrong with the first bytes of a connection, once they are whole or can never be. The
// libraries answer these with different alerts, with none, or not at all, so it is decided here.
// Nothing: the library may have them; that does not mean that it will like them.
std::optional<hello_fault> find_fault(std::span<const std::byte> records, const server&);

// The same ClientHello in as few records as it takes. One of the libraries cannot read a message
// whose first bytes are in several records.
std::vector<std::byte> repack(std::vector<std::byte> records);

}
