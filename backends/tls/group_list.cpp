#include "backends/tls/group_list.hpp"

#include "backends/tls/groups.hpp"
#include "backends/tls/offer.hpp"
#include "config/report/suggest.hpp"

#include <algorithm>
#include <string>

namespace postern::tls {

namespace {

using config::severity;

// Nothing that is slow, weak, or in no client: X448 and larger hybrids only for whoever asks.
constexpr std::uint16_t usual[] = {4588, 29, 23, 24, 25};

bool is_among(std::span<const std::uint16_t> some, std::uint16_t id) {
    return std::ranges::find(some, id) != some.end();
}

std::string hint_for_unknown(std::string_view name, std::span<const std::uint16_t> has) {
    std::vector<std::string_view> names{"auto"};
    for (auto& g : all_groups())
        for (auto one : {g.name, g.also, g.too})
            if (!one.empty()) names.push_back(one);
    auto hint = config::did_you_mean(name, names);
    return hint.empty() ? "this library has " + group_names(has) : hint;
}

}

std::vector<std::uint16_t> usual_groups(std::span<const std::uint16_t> has) {
    std::vector<std::uint16_t> out;
    for (auto id : usual)
        if (is_among(has, id)) out.push_back(id);
    return out;
}

std::vector<std::uint16_t> read_groups(
    std::string_view text,
    std::span<const std::uint16_t> has,
    std::string_view library,
    std::vector<config::complaint>& complaints
) {
    if (text == "auto") return usual_groups(has);
    auto complain = [&](severity level, std::string what, std::string hint) {
        complaints.push_back({level, "ssl_ecdh_curve", std::move(what), std::move(hint)});
    };
    std::vector<std::uint16_t> chosen;
    std::string lacking;
    bool unknown = false;
    for (auto rest = text;;) {
        auto end = std::min(rest.find(':'), rest.size());
        auto name = rest.substr(0, end);
        if (auto* g = find_group(name); !g) {
            unknown = true;
            auto quoted = "\"" + std::string(name) + "\"";
            complain(severity::error, "no group is called " + quoted, hint_for_unknown(name, has));
        } else if (!is_among(has, g->id)) {
            lacking += (lacking.empty() ? "" : " ") + std::string(g->name);
        } else if (!is_among(chosen, g->id)) {
            chosen.push_back(g->id);
        }
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
    }
    if (lacking.empty()) return chosen;
    if (!chosen.empty() || unknown)
        complain(
            severity::warning,
            lacking + " is not available with this TLS library (" + std::string(library) +
                ") and is left out",
            "it has " + group_names(has)
        );
    else
        complain(
            severity::error,
            "no group is left: " + std::string(library) + " does not have " + lacking,
            "it has " + group_names(has)
        );
    return chosen;
}

}
