#include "config/build/draft.hpp"
#include "config/value/texts.hpp"

#include <algorithm>
#include <array>
#include <sys/utsname.h>
#include <utility>

namespace postern::config {

namespace {

constexpr std::array<std::pair<std::uint16_t, mail_protocol>, 7> known_ports{
    {{143, mail_protocol::imap},
     {993, mail_protocol::imap},
     {110, mail_protocol::pop3},
     {995, mail_protocol::pop3},
     {25, mail_protocol::smtp},
     {465, mail_protocol::smtp},
     {587, mail_protocol::smtp}}
};

std::string this_machine() {
    utsname about{};
    if (uname(&about) != 0 || !is_host_name(about.nodename)) return "localhost";
    return about.nodename;
}

void complete_protocol(server_settings& server) {
    for (auto& l : server.listen) {
        auto known =
            std::ranges::find_if(known_ports, [&](auto& p) { return l.has_port(p.first); });
        if (known == known_ports.end()) continue;
        server.protocol = known->second;
        return;
    }
}

void complete_tls(server_settings& server, const server_notes& notes, const folder& base) {
    auto& tls = server.tls;
    auto& more = tls.names;
    more.default_name = server.server_name;
    for (auto& one : more.certificates)
        if (one.key.path.empty()) one.key = one.certificate;
    auto written = notes.find("ssl_certificate") != nullptr;
    auto others = !more.certificates.empty() || !more.folder.empty();
    if (!written && others) tls.certificates.clear(); // the default is one of those
    if (!written)
        for (auto& certificate : tls.certificates)
            certificate.path = base.resolve(certificate.path);
    for (auto n = tls.certificate_keys.size(); n < tls.certificates.size(); ++n)
        tls.certificate_keys.push_back(tls.certificates[n]);
    if (tls.ssl)
        for (auto& l : server.listen)
            l.ssl = true;
}

}

place server_notes::place_of(std::string_view directive, std::size_t n) const {
    auto e = find(directive);
    if (!e) return where;
    if (broken.contains(directive)) return e->where; // values are missing: n does not count them
    if (e->given.what != value::array) return e->given.where;
    return n < e->given.items.size() ? e->given.items[n].where : e->where;
}

std::string route_origin(std::size_t n, std::string_view directive) {
    return "route " + std::to_string(n) + " " + std::string(directive);
}

std::string certificate_origin(std::size_t n, std::string_view directive) {
    return "certificate " + std::to_string(n) + " " + std::string(directive);
}

void complete(draft& all, const folder& base) {
    for (std::size_t i = 0; i < all.made.servers.size(); ++i) {
        auto& server = all.made.servers[i];
        if (!all.notes[i].find("server_name")) server.server_name = this_machine();
        if (!all.notes[i].find("protocol")) complete_protocol(server);
        complete_budget(server, all.notes[i]);
        complete_tls(server, all.notes[i], base);
        server.tls.keys_elsewhere = all.made.process.key_process;
    }
}

}
