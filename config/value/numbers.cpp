#include "config/value/numbers.hpp"

#include "config/report/source_text.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace postern::config {

namespace {

struct unit {
    std::string_view word;
    std::int64_t milliseconds;
};

// From the largest to the smallest, the order in which they must be written.
constexpr std::array<unit, 8> units{
    {
     {"y", 31536000000},
     {"M", 2592000000},
     {"w", 604800000},
     {"d", 86400000},
     {"h", 3600000},
     {"m", 60000},
     {"s", 1000},
     {"ms", 1},
     }
};

constexpr std::int64_t longest = 100 * units[0].milliseconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes digits from the front.
std::string_view take_digits(std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n]))
        ++n;
    auto digits = text.substr(0, n);
    text.remove_prefix(n);
    return digits;
}

std::string_view take_unit(std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && !is_digit(text[n]) && text[n] != ' ')
        ++n;
    auto word = text.substr(0, n);
    text.remove_prefix(n);
    return word;
}

void skip_blanks(std::string_view& text) {
    while (!text.empty() && text[0] == ' ')
        text.remove_prefix(1);
}

parsed_time wrong(std::string why) { return {std::nullopt, std::move(why)}; }

// Its place in `units`; their number when there is none such.
std::size_t find_unit(std::string_view word) {
    if (word.empty()) word = "s";
    std::size_t i = 0;
    while (i < units.size() && units[i].word != word)
        ++i;
    return i;
}

}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t n = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return n;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    unsigned shift = 0;
    if (!text.empty()) {
        char c = text.back();
        shift = c == 'k' || c == 'K'   ? 10
                : c == 'm' || c == 'M' ? 20
                : c == 'g' || c == 'G' ? 30
                                       : 0;
    }
    if (shift > 0) text.remove_suffix(1);
    auto n = parse_number(text);
    if (!n || *n > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
    return *n << shift;
}

std::string write_size(std::uint64_t bytes) {
    for (auto [shift, letter] : {
             std::pair{30u, "g"},
             std::pair{20u, "m"},
             std::pair{10u, "k"}
    })
        if (bytes > 0 && bytes % (std::uint64_t{1} << shift) == 0)
            return std::to_string(bytes >> shift) + letter;
    return std::to_string(bytes);
}

parsed_time parse_time(std::string_view text) {
    std::int64_t total = 0;
    std::size_t next = 0; // the first unit that may still come
    skip_blanks(text);
    if (text.empty()) return wrong("is empty");
    while (!text.empty()) {
        auto digits = take_digits(text);
        if (digits.empty()) return wrong("must begin with a digit");
        auto word = take_unit(text);
        auto at = find_unit(word);
        if (at == units.size()) return wrong("unknown unit " + in_quotes(word));
        if (at < next) return wrong("units must go from the largest to the smallest, each once");
        next = at + 1;
        skip_blanks(text);
        if (word.empty() && !text.empty())
            return wrong(
                is_digit(text[0]) ? "a number without a unit must be the last"
                                  : "no blank may stand between a number and its unit"
            );
        auto n = parse_number(digits);
        auto each = static_cast<std::uint64_t>(units[at].milliseconds);
        if (!n || *n > static_cast<std::uint64_t>(longest - total) / each)
            return wrong("is longer than 100 years");
        total += static_cast<std::int64_t>(*n * each);
    }
    return {std::chrono::milliseconds(total), {}};
}

std::string write_time(std::chrono::milliseconds time) {
    auto n = time.count();
    if (n == 0) return "0s";
    // Weeks, months and years are left to people: 365d says more than 1y.
    for (auto& u : std::span(units).subspan(3))
        if (n % u.milliseconds == 0)
            return std::to_string(n / u.milliseconds) + std::string(u.word);
    return std::to_string(n) + "ms";
}

namespace detail {

bool read_number(
    const word& w, reading& in, std::uint64_t low, std::uint64_t high, std::uint64_t& out
) {
    auto n = parse_number(w.text);
    if (!n) return in.refuse(w.where, in_quotes(w.text) + " is not a number");
    if (*n < low || *n > high)
        return in.refuse(
            w.where,
            w.text + " is out of range",
            "write a number from " + std::to_string(low) + " to " + std::to_string(high)
        );
    out = *n;
    return true;
}

bool read_size(
    const word& w, reading& in, std::uint64_t low, std::uint64_t high, std::uint64_t& out
) {
    auto n = parse_size(w.text);
    if (!n) return in.refuse(w.where, in_quotes(w.text) + " is not a size", "write 4096, 4k or 1m");
    if (*n < low || *n > high)
        return in.refuse(
            w.where,
            w.text + " is out of range",
            "write a size from " + write_size(low) + " to " + write_size(high)
        );
    out = *n;
    return true;
}

bool read_time(
    const word& w,
    reading& in,
    std::chrono::milliseconds low,
    bool whole_seconds,
    std::chrono::milliseconds& out
) {
    auto [time, why] = parse_time(w.text);
    if (!time)
        return in.refuse(w.where, in_quotes(w.text) + " is no time: " + why, "write 30s, 5m or 1h");
    if (whole_seconds && time->count() % 1000 != 0)
        return in.refuse(w.where, in_quotes(w.text) + " is not in whole seconds");
    if (*time < low)
        return in.refuse(
            w.where, in_quotes(w.text) + " is too short", "at least " + write_time(low)
        );
    out = *time;
    return true;
}

}

}
