#pragma once

#include "gateway/shared/session_cache.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace postern::test {

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

inline bool holds(std::span<const std::byte> memory, std::span<const std::byte> part) {
    std::string_view all(reinterpret_cast<const char*>(memory.data()), memory.size());
    std::string_view wanted(reinterpret_cast<const char*>(part.data()), part.size());
    return all.find(wanted) != all.npos;
}

inline gateway::segment some_memory(std::size_t bytes) {
    return gateway::segment::make("test", bytes).value();
}

// As the adapters give it: 16 bytes of context and 32 of session id; another one for each number.
inline std::string session_id(std::size_t number) {
    auto digits = std::to_string(number);
    return "sixteen context." + std::string(32 - digits.size(), '#') + digits;
}

// A value that can be told from all others and from any mixture of them.
inline std::string session_bytes(std::size_t number, std::size_t bytes) {
    std::string made;
    for (auto state = number + 1; made.size() < bytes; state = state * 6364136223846793005u + 1)
        made += static_cast<char>(state >> 56);
    return made;
}

inline bool put(gateway::session_cache& cache, std::size_t number, std::size_t bytes) {
    auto forever = gateway::session_cache::clock::now() + std::chrono::hours(1);
    return cache.put(bytes_of(session_id(number)), bytes_of(session_bytes(number, bytes)), forever);
}

inline bool has(gateway::session_cache& cache, std::size_t number, std::size_t bytes) {
    auto found = cache.get(bytes_of(session_id(number)));
    return found && *found == session_bytes(number, bytes);
}

}
