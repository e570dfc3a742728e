#include "backends/tls/compiler.hpp"
#include "backends/tls/service_name.hpp"
#include "backends/tls/trust.hpp"

#include <algorithm>
#include <string>

namespace postern::tls {

namespace {

using config::severity;
using complaints = std::vector<config::complaint>;

// The same settings in the words of a server's, so that both are read by the same code.
config::tls_settings as_server(const config::proxy_tls_settings& from) {
    config::tls_settings out;
    out.versions = from.versions;
    out.ciphers = from.ciphers;
    out.certificates.clear();
    out.password_file = from.password_file;
    if (from.certificate.path.empty()) return out;
    out.certificates = {from.certificate};
    if (!from.certificate_key.path.empty()) out.certificate_keys = {from.certificate_key};
    return out;
}

bool is_word(char c) { return c == '_' || (c >= 'a' && c <= 'z'); }

// Directives of a server in a text, under the names that upstreams have for them.
std::string renamed(std::string text) {
    constexpr std::string_view old = "ssl_", fresh = "proxy_ssl_";
    for (auto at = text.find(old); at != text.npos; at = text.find(old, at + fresh.size()))
        if (at == 0 || !is_word(text[at - 1])) text.replace(at, old.size(), fresh);
    return text;
}

void rename(complaints& all) {
    for (auto& one : all) {
        if (one.directive.starts_with("ssl")) one.directive = "proxy_" + one.directive;
        one.text = renamed(std::move(one.text));
        one.hint = renamed(std::move(one.hint));
    }
}

bool is_about_certificates(const config::complaint& one) {
    return one.directive == "ssl_certificate" || one.directive == "ssl_certificate_key" ||
           one.directive == "ssl_password_file";
}

bool any_error(const complaints& all) {
    return std::ranges::any_of(all, [](auto& c) { return c.level == severity::error; });
}

void append(complaints& to, const complaints& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// One compile_client() at work.
class client_compilation {
public:
    client_compilation(
        const compiler& library,
        const config::proxy_tls_settings& settings,
        std::string_view protocol
    )
        : library_(library), from_(settings), as_server_(as_server(settings)), protocol_(protocol) {
    }

    compiled_client run();

private:
    void read_suites();
    void read_own();
    void read_trust();

    const compiler& library_;
    const config::proxy_tls_settings& from_;
    config::tls_settings as_server_;
    std::string protocol_;
    client_plan plan_;
    complaints of_server_, own_;
};

void client_compilation::read_suites() {
    plan_.versions = library_.read_versions(as_server_, of_server_);
    plan_.ciphers =
        read_cipher_string(from_.ciphers, library_.suites(), library_.has_equal_suites());
    append(of_server_, plan_.ciphers.complaints);
    if (plan_.versions.empty()) return;
    plan_.suites = library_.usable(plan_.versions, plan_.ciphers);
    if (plan_.suites.empty() && !plan_.versions.contains(config::tls_version::tls1_3) &&
        !any_error(of_server_))
        of_server_.push_back(
            {severity::error, "ssl_ciphers", "no suite of the list works with ssl_protocols", {}}
        );
}

// A handshake in memory proves that certificate and key belong together; which versions and suites
// an upstream wants is its own affair.
void client_compilation::read_own() {
    if (as_server_.certificates.empty()) return;
    auto alone = as_server_;
    alone.versions = config::tls_settings().versions;
    alone.ciphers = config::tls_settings().ciphers;
    auto proof = library_.compile(alone, protocol_, {});
    for (auto& one : proof.complaints)
        if (is_about_certificates(one)) of_server_.push_back(one);
    if (!proof.made) return;
    complaints said_already;
    auto pairs = read_key_pairs(alone, said_already);
    if (!pairs.empty()) plan_.own = std::move(pairs.front());
    plan_.phrases = pass_phrases(alone, said_already);
}

void client_compilation::read_trust() {
    plan_.wants.protocol = protocol_;
    plan_.wants.pins = from_.pins;
    plan_.wants.primitives = &library_.primitives();
    if (!from_.verify) return;
    trust whom;
    whom.anchors = read_anchors(from_.trusted_certificate, "proxy_ssl_trusted_certificate", own_);
    if (!from_.crl.path.empty()) whom.crls = read_crls(from_.crl, "proxy_ssl_crl", own_);
    whom.depth = static_cast<unsigned>(from_.verify_depth);
    plan_.wants.by = library_.trusting(std::move(whom));
}

compiled_client client_compilation::run() {
    library_.check_process(of_server_);
    read_suites();
    read_own();
    read_trust();
    if (from_.alpn) plan_.alpn = protocol_;
    plan_.server_name = from_.server_name;
    plan_.session_reuse = from_.session_reuse;
    compiled_client out;
    if (!any_error(of_server_) && !any_error(own_))
        out.made = library_.make_client(std::move(plan_), of_server_);
    rename(of_server_);
    out.complaints = std::move(of_server_);
    append(out.complaints, own_);
    return out;
}

}

compiled_client compiler::compile_client(
    const config::proxy_tls_settings& settings, std::string_view protocol
) const {
    return client_compilation(*this, settings, protocol).run();
}

std::string server_name_for(const client_plan& plan, const destination& to) {
    if (!plan.server_name || is_address_literal(to.name)) return {};
    auto name = to.name;
    if (name.ends_with('.')) name.pop_back();
    return name;
}

std::string peer_of(const destination& to) { return to.address + '\0' + to.name; }

}
