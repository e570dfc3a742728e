#include "config/build/files.hpp"

#include "config/build/ticket_key_file.hpp"
#include "config/report/source_text.hpp"

#include <map>
#include <system_error>

namespace postern::config {

namespace {

class file_shelf {
public:
    file_shelf(const file_reader& read, findings& out) : read_(read), out_(out) {}

    // Fills in the bytes, or complains once at each place. Answers what was read.
    const file_answer& fetch(
        file& f, std::string_view directive, const place& where, const std::string& hint
    ) {
        auto [it, fresh] = known_.try_emplace(f.path);
        if (fresh) it->second = read_(f.path);
        f.bytes = it->second.bytes;
        if (f.bytes) return it->second;
        out_.error(
            where,
            std::string(directive) + ": cannot read " + in_quotes(f.path) + ": " +
                std::generic_category().message(it->second.error),
            hint
        );
        return it->second;
    }

    void fetch_ticket_key(file& f, const place& where) {
        check_ticket_key_file(f.path, fetch(f, "ssl_session_ticket_key", where, {}), where, out_);
    }

private:
    const file_reader& read_;
    findings& out_;
    std::map<std::string, file_answer> known_;
};

constexpr auto hint_for_staples = "openssl ocsp -respout FILE makes one";

std::string hint_for(const server_notes& notes) {
    if (notes.find("ssl_certificate")) return {};
    return "ssl_certificate defaults to cert.pem; name the file of this server's certificate";
}

// [[mail.certificate]]
void read_blocks(many_names_settings& names, const server_notes& notes, file_shelf& shelf) {
    for (std::size_t n = 0; n < names.certificates.size(); ++n) {
        auto& one = names.certificates[n];
        if (one.certificate.path.empty()) continue; // complained of, or broken
        auto place_of = [&](std::string_view directive) {
            for (auto& e : notes.certificates[n]->entries)
                if (e.name == directive) return e.given.where;
            return notes.certificates[n]->where;
        };
        shelf.fetch(one.certificate, "ssl_certificate", place_of("ssl_certificate"), {});
        if (one.key.path == one.certificate.path)
            one.key.bytes = one.certificate.bytes;
        else
            shelf.fetch(one.key, "ssl_certificate_key", place_of("ssl_certificate_key"), {});
        if (!one.staple.path.empty())
            shelf.fetch(
                one.staple, "ssl_stapling_file", place_of("ssl_stapling_file"), hint_for_staples
            );
    }
}

void read_verify(verify_settings& verify, const server_notes& notes, file_shelf& shelf) {
    if (!verify.asks()) return;
    auto fetch = [&](file& f, std::string_view directive) {
        if (!f.path.empty()) shelf.fetch(f, directive, notes.place_of(directive, 0), {});
    };
    fetch(verify.client_certificate, "ssl_client_certificate");
    fetch(verify.trusted_certificate, "ssl_trusted_certificate");
    fetch(verify.crl, "ssl_crl");
}

void read_server(server_settings& server, const server_notes& notes, file_shelf& shelf) {
    auto& tls = server.tls;
    auto hint = hint_for(notes);
    for (std::size_t n = 0; n < tls.certificates.size(); ++n)
        shelf.fetch(
            tls.certificates[n], "ssl_certificate", notes.place_of("ssl_certificate", n), hint
        );
    for (std::size_t n = 0; n < tls.certificate_keys.size(); ++n) {
        auto& key = tls.certificate_keys[n];
        // In the certificate's own file: read, or complained of, above.
        if (n < tls.certificates.size() && key.path == tls.certificates[n].path)
            key.bytes = tls.certificates[n].bytes;
        else
            shelf.fetch(key, "ssl_certificate_key", notes.place_of("ssl_certificate_key", n), {});
    }
    read_blocks(tls.names, notes, shelf);
    for (std::size_t n = 0; n < tls.handshake.staples.size(); ++n)
        shelf.fetch(
            tls.handshake.staples[n],
            "ssl_stapling_file",
            notes.place_of("ssl_stapling_file", n),
            hint_for_staples
        );
    if (!tls.password_file.path.empty())
        shelf.fetch(
            tls.password_file, "ssl_password_file", notes.place_of("ssl_password_file", 0), {}
        );
    read_verify(tls.verify, notes, shelf);
    for (std::size_t n = 0; n < tls.tickets.key_files.size(); ++n)
        shelf.fetch_ticket_key(
            tls.tickets.key_files[n], notes.place_of("ssl_session_ticket_key", n)
        );
}

// What TLS to upstreams needs, of a server or of a route. `place_of` gives a directive's line.
template <class PlaceOf>
void read_proxy_tls(proxy_tls_settings& tls, const PlaceOf& place_of, file_shelf& shelf) {
    if (!tls.uses_tls()) return;
    auto fetch = [&](file& f, std::string_view name, const std::string& hint = {}) {
        if (!f.path.empty()) shelf.fetch(f, name, place_of(name), hint);
    };
    if (tls.verify) {
        fetch(
            tls.trusted_certificate,
            "proxy_ssl_trusted_certificate",
            "it must hold the authorities that upstreams' certificates come from; on Debian the "
            "package ca-certificates has the public ones"
        );
        fetch(tls.crl, "proxy_ssl_crl");
    }
    if (tls.certificate.path.empty()) return;
    fetch(tls.certificate, "proxy_ssl_certificate");
    fetch(tls.certificate_key, "proxy_ssl_certificate_key");
    fetch(tls.password_file, "proxy_ssl_password_file");
}

constexpr auto hint_for_authorities =
    "it must hold the authorities that these certificates come from; on Debian the package "
    "ca-certificates has the public ones";

template <class PlaceOf>
void read_auth_http(lookup_settings& lookup, const PlaceOf& place_of, file_shelf& shelf) {
    if (!lookup.uses_https()) return;
    auto fetch = [&](file& f, std::string_view name, const std::string& hint = {}) {
        if (!f.path.empty()) shelf.fetch(f, name, place_of(name), hint);
    };
    auto& tls = lookup.auth_http_tls;
    if (tls.verify)
        fetch(tls.trusted_certificate, "auth_http_ssl_trusted_certificate", hint_for_authorities);
    if (tls.certificate.path.empty()) return;
    fetch(tls.certificate, "auth_http_ssl_certificate");
    fetch(tls.certificate_key, "auth_http_ssl_certificate_key");
    fetch(tls.password_file, "auth_http_ssl_password_file");
}

void read_proxy_files(server_settings& server, const server_notes& notes, file_shelf& shelf) {
    auto in_server = [&](std::string_view name) { return notes.place_of(name, 0); };
    read_proxy_tls(server.proxy.tls, in_server, shelf);
    read_auth_http(server.lookup, in_server, shelf);
    if (!server.lookup.auth_http.empty()) return;
    for (std::size_t n = 0; n < server.lookup.routes.size(); ++n) {
        auto in_route = [&](std::string_view name) {
            for (auto& e : notes.routes[n]->entries)
                if (e.name == name) return e.given.where;
            return notes.find(name) ? in_server(name) : notes.routes[n]->where;
        };
        read_proxy_tls(server.lookup.routes[n].tls, in_route, shelf);
    }
}

}

void read_files(draft& all, const file_reader& read, findings& out) {
    file_shelf shelf(read, out);
    for (std::size_t i = 0; i < all.made.servers.size(); ++i)
        if (all.made.servers[i].uses_tls()) read_server(all.made.servers[i], all.notes[i], shelf);
    for (std::size_t i = 0; i < all.made.servers.size(); ++i)
        read_proxy_files(all.made.servers[i], all.notes[i], shelf);
}

}
