#include "backends/tls/tls13_suites.hpp"

#include "config/report/suggest.hpp"

#include <algorithm>
#include <string>

namespace postern::tls {

namespace {

using config::severity;
using config::tls_version;

constexpr std::uint16_t cheapest = 0x1301; // TLS_AES_128_GCM_SHA256

bool is_tls13(const suite& s) { return s.since == tls_version::tls1_3; }

std::string names_of(std::span<const suite* const> some, std::string_view between) {
    std::string out;
    for (auto* s : some)
        if (is_tls13(*s)) out += (out.empty() ? "" : std::string(between)) + std::string(s->name);
    return out;
}

std::string hint_for(std::string_view name, std::span<const suite* const> have) {
    if (auto* known = find_suite(name); known && !is_tls13(*known))
        return "it is a suite of TLS 1.2: write it into ssl_ciphers";
    std::vector<std::string_view> names;
    for (auto& s : all_suites())
        if (is_tls13(s)) names.push_back(s.name);
    auto hint = config::did_you_mean(name, names);
    return hint.empty() ? "this library has " + names_of(have, ", ") : hint;
}

bool same_set(std::vector<std::uint16_t> a, std::vector<std::uint16_t> b) {
    std::ranges::sort(a);
    std::ranges::sort(b);
    return a == b;
}

// The suites of the list; complaints about each name that is none.
std::vector<std::uint16_t> read_names(
    std::string_view text,
    std::span<const suite* const> have,
    std::string_view library,
    std::vector<config::complaint>& complaints
) {
    std::vector<std::uint16_t> chosen;
    for (auto rest = text;;) {
        auto end = std::min(rest.find(':'), rest.size());
        std::string name(rest.substr(0, end));
        auto* known = find_suite(name);
        if (!known || !is_tls13(*known))
            complaints.push_back(
                {severity::error,
                 "ssl_ciphersuites",
                 "\"" + name + "\" is no cipher suite of TLS 1.3",
                 hint_for(name, have)}
            );
        else if (std::ranges::find(have, known) == have.end())
            complaints.push_back(
                {severity::warning,
                 "ssl_ciphersuites",
                 name + " is not available with this TLS library (" + std::string(library) +
                     ") and is left out",
                 "it has " + names_of(have, ", ")}
            );
        else if (std::ranges::find(chosen, known->id) == chosen.end())
            chosen.push_back(known->id);
        if (end == rest.size()) return chosen;
        rest.remove_prefix(end + 1);
    }
}

}

std::vector<std::uint16_t> usual_tls13_suites(std::span<const suite* const> have) {
    std::vector<std::uint16_t> out;
    for (auto* s : have)
        if (is_tls13(*s) && (s->enc == encryption::aes_gcm || s->enc == encryption::chacha20))
            out.push_back(s->id);
    // Where there are instructions for AES, BoringSSL chooses so, whatever it is told.
    std::stable_partition(out.begin(), out.end(), [](auto id) { return id == cheapest; });
    return out;
}

std::vector<std::uint16_t> read_tls13_suites(
    std::string_view text,
    std::span<const suite* const> have,
    bool can_choose,
    std::string_view library,
    std::vector<config::complaint>& complaints
) {
    auto usual = usual_tls13_suites(have);
    if (text.empty()) return usual;
    auto before = complaints.size();
    auto chosen = read_names(text, have, library, complaints);
    auto wrong = [&](std::string what, std::string hint) {
        complaints.push_back({severity::error, "ssl_ciphersuites", std::move(what), std::move(hint)}
        );
    };
    if (chosen.empty() && complaints.size() > before)
        wrong("no suite is left", "leave the directive out for the usual ones");
    else if (!can_choose && !same_set(chosen, usual))
        wrong(
            std::string(library) + " always offers the same suites for TLS 1.3, and chooses "
                                   "among them by itself",
            "leave it out, or write " + names_of(have, ":")
        );
    return chosen;
}

}
