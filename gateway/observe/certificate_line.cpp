#include "gateway/observe/certificate_line.hpp"

#include "backends/tls/certificate.hpp"
#include "backends/tls/distinguished_name.hpp"
#include "backends/tls/peer.hpp"

#include <optional>

namespace postern::gateway {

// The record lives as long as the session, and a name may be as long as its owner likes.
constexpr std::size_t longest_kept = 256;

void note_certificate(record& r, const tls::facts* tls) {
    if (!tls || !tls->asked) return;
    r.client_verify = tls::outcome(tls->shown.get());
    if (!tls->shown) return;
    auto leaf = tls::read_certificate(tls->shown->leaf);
    if (!leaf) return;
    auto name = tls::written_name(leaf->subject);
    r.client_subject = name.size() > longest_kept ? name.substr(0, longest_kept) + "..." : name;
}

void log_refused_certificate(log& to, const record& r, const tls::facts& tls) {
    if (!to.wants(config::log_level::notice)) return;
    std::vector<field> out;
    out.push_back({"session", r.session});
    out.push_back({"client", r.client});
    out.push_back({"listener", std::string(r.listener)});
    out.push_back({"protocol", std::string(config::name(r.protocol))});
    if (!tls.server_name.empty()) out.push_back({"sni", tls.server_name});
    out.push_back({"tls", tls.protocol});
    auto* shown = tls.shown.get();
    auto leaf = shown ? tls::read_certificate(shown->leaf) : std::nullopt;
    if (leaf) {
        out.push_back({"client_subject", tls::written_name(leaf->subject)});
        out.push_back({"client_issuer", tls::written_name(leaf->issuer)});
    }
    auto said = shown ? shown->said : tls::verdict::none;
    auto reason = r.end.why.message();
    if (shown) reason.append(": ").append(tls::words(said));
    out.push_back({"reason", std::move(reason)});
    if (auto hint = tls::hint_for(said); !hint.empty()) out.push_back({"hint", std::move(hint)});
    to.event(config::log_level::notice, "tls failed", out);
}

}
