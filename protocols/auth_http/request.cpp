#include "protocols/auth_http/request.hpp"

#include "backends/tls/certificate.hpp"
#include "backends/tls/distinguished_name.hpp"
#include "backends/tls/peer.hpp"
#include "protocols/text/ascii.hpp"
#include "protocols/text/base64.hpp"
#include "protocols/text/hex.hpp"

#include <span>

namespace postern::auth_http {
namespace {

template <class Predicate> secret percent_encode(std::string_view text, Predicate must) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() * 3); // grows once, so that no copy of a password is left behind
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (must(byte)) {
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    secret encoded(out);
    wipe(out);
    return encoded;
}

// A list of headers that takes plain text and leaves out what would be empty where nginx does.
class head {
public:
    void add(std::string_view name, std::string_view text) {
        lines_.push_back({std::string(name), make_safe(text)});
    }
    void add_escaped(std::string_view name, std::string_view text) {
        lines_.push_back({std::string(name), escape(text)});
    }
    void add_if_any(std::string_view name, std::string_view text) {
        if (!text.empty()) add(name, text);
    }
    void add_verbatim(std::string_view name, std::string_view text) {
        lines_.push_back({std::string(name), secret(text)});
    }
    std::vector<header> take() { return std::move(lines_); }

private:
    std::vector<header> lines_;
};

// As OpenSSL prints it: no sign of the zero byte that keeps a number positive.
std::string serial_of(std::string_view bytes) {
    while (bytes.size() > 1 && bytes.front() == '\0')
        bytes.remove_prefix(1);
    return text::upper(text::to_hex(std::as_bytes(std::span(bytes))));
}

std::string pem_of(std::string_view der) {
    constexpr std::size_t width = 64;
    auto base64 = text::to_base64(der);
    std::string out = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < base64.size(); at += width)
        out.append(base64, at, width) += '\n';
    return out + "-----END CERTIFICATE-----\n";
}

// Headers 14 to 18 of nginx's list.
void add_certificate(head& h, const question& q) {
    auto* shown = q.tls->shown.get();
    h.add("Auth-SSL-Verify", tls::outcome(shown));
    auto leaf = shown ? tls::read_certificate(shown->leaf) : std::nullopt;
    if (!leaf) return;
    h.add_if_any("Auth-SSL-Subject", tls::written_name(leaf->subject));
    h.add_if_any("Auth-SSL-Issuer", tls::written_name(leaf->issuer));
    h.add("Auth-SSL-Serial", serial_of(leaf->serial));
    h.add("Auth-SSL-Fingerprint", text::to_hex(shown->sha1));
    if (q.passes_certificate) h.add_escaped("Auth-SSL-Cert", pem_of(shown->leaf));
}

std::string_view name_of(sasl::credentials::method how) {
    using enum sasl::credentials::method;
    switch (how) {
    case plain: break;
    case external: return "external";
    case none: return "none";
    case cram_md5: return "cram-md5";
    case apop: return "apop";
    }
    return "plain";
}

void add_addresses(head& h, const proxy_protocol::addresses& said) {
    h.add("Proxy-Protocol-Addr", said.client.address);
    h.add("Proxy-Protocol-Port", std::to_string(said.client.port));
    h.add("Proxy-Protocol-Server-Addr", said.server.address);
    h.add("Proxy-Protocol-Server-Port", std::to_string(said.server.port));
}

}

secret escape(std::string_view text) {
    return percent_encode(text, [](unsigned char c) { return c <= ' ' || c == '%'; });
}

secret make_safe(std::string_view text) {
    return percent_encode(text, [](unsigned char c) { return c < ' ' || c > '~'; });
}

std::vector<header> request_headers(const question& q) {
    bool envelope = q.login.how == sasl::credentials::method::none;
    head h;
    h.add("Host", q.host);
    h.add("Auth-Method", name_of(q.login.how));
    h.add_escaped("Auth-User", q.login.user);
    h.add_escaped("Auth-Pass", q.login.password.reveal());
    h.add_if_any("Auth-Salt", q.login.challenge);
    h.add("Auth-Protocol", config::name(q.protocol));
    h.add("Auth-Login-Attempt", std::to_string(q.attempt));
    h.add("Client-IP", q.client_address);
    if (q.protocol == config::mail_protocol::smtp) h.add("Client-Host", q.client_host);
    if (q.proxied) add_addresses(h, *q.proxied);
    if (envelope) {
        h.add("Auth-SMTP-Helo", q.login.helo);
        h.add("Auth-SMTP-From", q.login.mail_from);
        h.add("Auth-SMTP-To", q.login.rcpt_to);
    }
    if (q.tls) {
        h.add("Auth-SSL", "on");
        h.add_if_any("Auth-SSL-Protocol", q.tls->protocol);
        h.add_if_any("Auth-SSL-Cipher", q.tls->cipher);
        if (q.tls->asked) add_certificate(h, q);
    }
    for (auto& [name, value] : q.extra)
        h.add_verbatim(name, value);
    return h.take();
}

}
