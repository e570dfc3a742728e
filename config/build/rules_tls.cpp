#include "config/build/rules.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

// A listener either speaks TLS from the first byte or switches to it. A server may have listeners
// of both sorts, but not only of the first and yet offer the second.
void check_starttls(const judged& j, findings& out) {
    auto& tls = j.server().tls;
    auto& notes = j.notes();
    if (tls.starttls == starttls_mode::off) return;
    auto& listen = j.server().listen;
    bool all_ssl = !listen.empty() && std::ranges::all_of(listen, &listen_address::ssl);
    if (!tls.ssl && (!all_ssl || notes.is_broken({"listen"}))) return;
    auto word = tls.starttls == starttls_mode::on ? "on" : "only";
    auto where = notes.is_own("starttls") || !notes.is_own("ssl") ? notes.place_of("starttls")
                                                                  : notes.place_of("ssl");
    if (!tls.ssl && !notes.is_own("starttls")) where = notes.place_of("listen", 0);
    out.error(
        where,
        std::string("\"starttls\" ") + word + " conflicts with " +
            (tls.ssl ? "\"ssl\" on: " : "\"ssl\" in every listen: ") +
            "a connection that begins with TLS cannot switch to it",
        notes.is_own("starttls") ? "give each sort of listener its own [[mail.server]]"
                                 : "write starttls = \"off\" in this server"
    );
}

void check_keys(const judged& j, findings& out) {
    auto& tls = j.server().tls;
    if (j.notes().is_broken({"ssl_certificate", "ssl_certificate_key"}) ||
        tls.certificate_keys.size() <= tls.certificates.size())
        return;
    auto surplus = tls.certificates.size();
    out.error(
        j.notes().place_of("ssl_certificate_key", surplus),
        "ssl_certificate_key: " + std::to_string(tls.certificate_keys.size()) + " keys for " +
            std::to_string(tls.certificates.size()) +
            (tls.certificates.size() == 1 ? " certificate" : " certificates"),
        "each key belongs to the certificate at the same position of ssl_certificate"
    );
}

void check_staples(const judged& j, findings& out) {
    auto& tls = j.server().tls;
    auto count = tls.handshake.staples.size();
    if (count <= tls.certificates.size() ||
        j.notes().is_broken({"ssl_certificate", "ssl_stapling_file"}))
        return;
    out.error(
        j.notes().place_of("ssl_stapling_file", tls.certificates.size()),
        "ssl_stapling_file: " + std::to_string(count) + " files for " +
            std::to_string(tls.certificates.size()) +
            (tls.certificates.size() == 1 ? " certificate" : " certificates"),
        "each response belongs to the certificate at the same position of ssl_certificate"
    );
}

}

void check_tls(const judged& j, findings& out) {
    check_starttls(j, out);
    if (!j.server().uses_tls()) return;
    check_keys(j, out);
    check_staples(j, out);
}

// Servers that name the same zone share it, so they must mean the same one.
void check_zone(const judged& j, findings& out) {
    auto& mine = j.server().tls.cache;
    if (mine.zone.empty()) return;
    for (std::size_t i = 0; i < j.scope; ++i) {
        auto& other = j.all.made.servers[i].tls.cache;
        if (other.zone != mine.zone || other.zone_bytes == mine.zone_bytes) continue;
        out.error(
            j.notes().place_of("ssl_session_cache"),
            "ssl_session_cache: the size " + std::to_string(mine.zone_bytes) + " of zone " +
                in_quotes(mine.zone) + " conflicts with already declared size " +
                std::to_string(other.zone_bytes),
            "it is declared at " + short_place(j.all.notes[i].place_of("ssl_session_cache"))
        );
        return;
    }
}

}
