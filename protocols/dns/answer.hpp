#pragma once

#include <chrono>
#include <optional>
#include <span>

namespace postern::dns {

// How long the records of an answer's first section may be kept at most (RFC 1035 section 4.1.3):
// the least of their times. Nothing when it has none, or is no answer.
std::optional<std::chrono::seconds> least_time(std::span<const unsigned char>);

}
