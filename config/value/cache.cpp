#include "config/value/cache.hpp"

#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"
#include "config/value/numbers.hpp"

#include <algorithm>
#include <array>

namespace postern::config {

namespace {

using mode = session_cache::builtin_mode;

constexpr std::uint64_t most_sessions = 10'000'000, largest_zone = std::uint64_t{4} << 30;
constexpr std::size_t default_sessions = 20480;

bool is_zone_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

bool read_zone(const word& w, reading& in, session_cache& out) {
    auto rest = std::string_view(w.text).substr(7);
    auto colon = rest.find(':');
    auto name = rest.substr(0, colon);
    auto bytes = parse_size(colon == rest.npos ? std::string_view() : rest.substr(colon + 1));
    if (!is_zone_name(name) || !bytes)
        return in.refuse(
            w.where,
            "invalid session cache " + in_quotes(w.text),
            "write shared:name:size, as in shared:SSL:10m"
        );
    if (*bytes < smallest_zone)
        return in.refuse(
            w.where,
            "session cache " + in_quotes(w.text) + " is too small",
            "at least 32k; a megabyte holds about 4,000 sessions"
        );
    if (*bytes > largest_zone)
        return in.refuse(w.where, "session cache " + in_quotes(w.text) + " is larger than 4g");
    out.zone = name;
    out.zone_bytes = static_cast<std::size_t>(*bytes);
    return true;
}

bool read_sessions(const word& w, reading& in, session_cache& out) {
    auto n = parse_number(std::string_view(w.text).substr(8));
    if (!n) return in.refuse(w.where, "invalid session cache " + in_quotes(w.text));
    if (*n == 0 || *n > most_sessions)
        return in.refuse(
            w.where,
            in_quotes(w.text) + ": from 1 to 10000000 sessions",
            "a cache without a limit would grow until memory ends"
        );
    out.builtin_sessions = static_cast<std::size_t>(*n);
    return true;
}

bool read_mode(const word& w, reading& in, session_cache& out) {
    constexpr std::array<std::string_view, 4> known{"off", "none", "builtin", "shared"};
    if (w.text == "off" || w.text == "none") {
        out.builtin = w.text == "off" ? mode::off : mode::none;
        return true;
    }
    if (w.text == "builtin" || w.text.starts_with("builtin:")) {
        out.builtin = mode::used;
        out.builtin_sessions = default_sessions;
        return w.text == "builtin" || read_sessions(w, in, out);
    }
    auto hint = did_you_mean(std::string_view(w.text).substr(0, w.text.find(':')), known);
    return in.refuse(
        w.where,
        "invalid session cache " + in_quotes(w.text),
        hint.empty() ? cache_kind::syntax() : hint
    );
}

}

bool cache_kind::read(std::span<const word> words, reading& in, session_cache& field) {
    session_cache out = field;
    const word *zone = nullptr, *how = nullptr;
    for (auto& w : words) {
        bool is_zone = w.text.starts_with("shared:") || w.text == "shared";
        auto& seen = is_zone ? zone : how;
        if (seen)
            return in.refuse(
                w.where,
                in_quotes(w.text) + " contradicts " + in_quotes(seen->text),
                cache_kind::syntax()
            );
        seen = &w;
        if (w.text == "shared")
            return in.refuse(
                w.where,
                "invalid session cache \"shared\"",
                "write shared:name:size, as in shared:SSL:10m"
            );
        if (!(is_zone ? read_zone(w, in, out) : read_mode(w, in, out))) return false;
    }
    if (zone && !how) out.builtin = mode::unused;
    if (zone && !out.uses_zone())
        in.warn(
            zone->where, "the zone is not used, since " + in_quotes(how->text) + " stands beside it"
        );
    field = out;
    return true;
}

std::vector<std::string> cache_kind::write(const session_cache& field, const folder&) {
    std::vector<std::string> out;
    if (field.builtin == mode::off) out.emplace_back("off");
    if (field.builtin == mode::none) out.emplace_back("none");
    if (field.builtin == mode::used)
        out.push_back("builtin:" + std::to_string(field.builtin_sessions));
    if (!field.zone.empty())
        out.push_back("shared:" + field.zone + ":" + write_size(field.zone_bytes));
    return out;
}

}
