#pragma once

#include "config/value/kind.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config {

// Digits, nothing else.
std::optional<std::uint64_t> parse_number(std::string_view);

// Digits and perhaps k, K, m, M, g or G.
std::optional<std::uint64_t> parse_size(std::string_view);

// The shortest way to write a number of bytes.
std::string write_size(std::uint64_t bytes);

// nginx's times: "90", "1h 30m", "500ms"; units y, M (30 days), w, d, h, m, s, ms from the largest
// to the smallest, seconds when none is given. At most 100 years.
struct parsed_time {
    std::optional<std::chrono::milliseconds> time; // nothing: `wrong` says why
    std::string wrong;
};
parsed_time parse_time(std::string_view);

std::string write_time(std::chrono::milliseconds);

namespace detail {
bool read_number(const word&, reading&, std::uint64_t low, std::uint64_t high, std::uint64_t&);
bool read_size(const word&, reading&, std::uint64_t low, std::uint64_t high, std::uint64_t&);
bool read_time(const word&, reading&, std::chrono::milliseconds low, bool whole_seconds, std::chrono::milliseconds&);
}

template <std::uint64_t Low, std::uint64_t High> struct number {
    using value_type = std::size_t;
    static std::string syntax() {
        return "a number from " + std::to_string(Low) + " to " + std::to_string(High);
    }
    static constexpr shape form{.also = integers, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::size_t& field) {
        std::uint64_t n = 0;
        if (!detail::read_number(words[0], in, Low, High, n)) return false;
        field = static_cast<std::size_t>(n);
        return true;
    }
    static std::vector<std::string> write(std::size_t field, const folder&) {
        return {std::to_string(field)};
    }
};

template <std::uint64_t Low, std::uint64_t High> struct size {
    using value_type = std::size_t;
    static std::string syntax() {
        return "a size from " + write_size(Low) + " to " + write_size(High);
    }
    static constexpr shape form{.also = integers, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::size_t& field) {
        std::uint64_t n = 0;
        if (!detail::read_size(words[0], in, Low, High, n)) return false;
        field = static_cast<std::size_t>(n);
        return true;
    }
    static std::vector<std::string> write(std::size_t field, const folder&) {
        return {write_size(field)};
    }
};

// A time of at least Low milliseconds. A field of std::chrono::seconds takes whole seconds only.
template <class Duration, std::int64_t Low> struct time_of {
    using value_type = Duration;
    static constexpr bool whole = std::is_same_v<Duration, std::chrono::seconds>;
    static std::string syntax() { return whole ? "a time in whole seconds" : "a time"; }
    static constexpr shape form{.split = false, .also = integers, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, Duration& field) {
        std::chrono::milliseconds time{};
        if (!detail::read_time(words[0], in, std::chrono::milliseconds(Low), whole, time))
            return false;
        field = std::chrono::duration_cast<Duration>(time);
        return true;
    }
    static std::vector<std::string> write(Duration field, const folder&) {
        return {write_time(field)};
    }
};

}
