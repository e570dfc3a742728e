#include "gateway/observe/access_line.hpp"

namespace postern::gateway {

static void add_tls(std::vector<field>& out, const tls::facts* tls) {
    out.push_back({"tls", tls ? tls->protocol : "no"});
    if (!tls) return;
    out.push_back({"cipher", tls->cipher});
    out.push_back({"resumed", tls->resumed ? "yes" : "no"});
    if (!tls->server_name.empty()) out.push_back({"sni", tls->server_name});
}

std::vector<field> login_fields(const record& r, const tls::facts* tls) {
    std::vector<field> out;
    out.push_back({"session", r.session});
    out.push_back({"client", r.client});
    if (!r.via.empty()) out.push_back({"via", r.via});
    if (!r.claimed.empty()) out.push_back({"claimed", r.claimed});
    out.push_back({"listener", std::string(r.listener)});
    out.push_back({"protocol", std::string(config::name(r.protocol))});
    add_tls(out, tls);
    if (!r.client_verify.empty()) out.push_back({"client_verify", r.client_verify});
    if (!r.client_subject.empty()) out.push_back({"client_subject", r.client_subject});
    if (r.mechanism.empty()) return out; // nobody tried to log in
    out.push_back({"user", r.user});
    if (!r.upstream_user.empty()) out.push_back({"upstream_user", r.upstream_user});
    out.push_back({"mechanism", r.mechanism});
    if (!r.upstream.empty()) out.push_back({"upstream", r.upstream});
    if (r.upstream_untold) out.push_back({"xclient", "not announced"});
    if (r.upstream_tls.empty()) return out;
    out.push_back({"upstream_tls", r.upstream_tls});
    out.push_back({"upstream_resumed", r.upstream_resumed ? "yes" : "no"});
    return out;
}

std::string reason_of(const record& r) {
    auto text = r.end.why.message();
    return r.detail.empty() ? text : text + ": " + r.detail;
}

static std::string seconds_since(std::chrono::steady_clock::time_point began) {
    using namespace std::chrono;
    auto ms = duration_cast<milliseconds>(steady_clock::now() - began).count();
    return std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
}

std::vector<field> end_fields(
    const record& r, const tls::facts* tls, std::uint64_t bytes_in, std::uint64_t bytes_out
) {
    auto out = login_fields(r, tls);
    out.push_back({"bytes_in", std::to_string(bytes_in)});
    out.push_back({"bytes_out", std::to_string(bytes_out)});
    out.push_back({"duration", seconds_since(r.began)});
    out.push_back({"ended_by", name(r.end.by)});
    out.push_back({"reason", reason_of(r)});
    return out;
}

}
