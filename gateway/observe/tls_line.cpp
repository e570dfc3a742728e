#include "gateway/observe/tls_line.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/offer.hpp"

namespace postern::gateway {

static void add_alert(std::vector<field>& out, std::string_view key, int number) {
    if (number < 0) return;
    auto known = tls::alert_name(static_cast<std::uint8_t>(number));
    auto text = known == "unknown alert" ? std::to_string(number) : std::string(known);
    out.push_back({key, std::move(text)});
}

std::vector<field> failure_fields(const record& r, const tls::failure& f) {
    std::vector<field> out;
    out.push_back({"session", r.session});
    out.push_back({"client", r.client});
    out.push_back({"listener", std::string(r.listener)});
    out.push_back({"protocol", std::string(config::name(r.protocol))});
    if (f.hello && !f.hello->server_name.empty()) out.push_back({"sni", f.hello->server_name});
    if (f.hello) out.push_back({"offered", tls::offered_versions(*f.hello)});
    add_alert(out, "alert_received", f.fatal.received);
    add_alert(out, "alert_sent", f.fatal.sent);
    out.push_back({"reason", f.reason});
    if (!f.hint.empty()) out.push_back({"hint", f.hint});
    return out;
}

std::vector<field> offer_fields(const record& r, const tls::client_hello& hello) {
    std::vector<field> out;
    out.push_back({"session", r.session});
    out.push_back({"suites", std::to_string(tls::count_suites(hello))});
    out.push_back({"ciphers", tls::offered_suites(hello)});
    out.push_back({"groups", tls::offered_groups(hello)});
    out.push_back({"signatures", tls::offered_signatures(hello)});
    if (!hello.protocols.empty()) out.push_back({"alpn", tls::offered_protocols(hello)});
    return out;
}

void log_failure(log& to, const record& r, const tls::failure& f) {
    using config::log_level;
    auto level = f.silent ? log_level::info : log_level::notice;
    if (to.wants(level)) to.event(level, "tls failed", failure_fields(r, f));
    if (f.hello && to.wants(log_level::debug))
        to.event(log_level::debug, "tls offer", offer_fields(r, *f.hello));
}

}
