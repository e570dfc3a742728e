#include "config/build/rules.hpp"
#include "config/report/source_text.hpp"

#include <map>

namespace postern::config {

namespace {

void check_block(const judged& j, std::size_t n, findings& out) {
    if (!j.server().tls.names.certificates[n].certificate.path.empty()) return;
    out.error(
        j.notes().certificates[n]->where,
        "no \"ssl_certificate\" in this certificate",
        "write ssl_certificate = \"mail.example.org.pem\""
    );
}

// Of two that are written for one name and hold one kind of key, the first is taken. Which kinds
// there are is known later; three for one name are certainly too many.
void check_repeated(const judged& j, findings& out) {
    auto& all = j.server().tls.names.certificates;
    std::map<std::string, std::vector<std::size_t>> users;
    for (std::size_t n = 0; n < all.size(); ++n)
        for (auto& name : all[n].names)
            users[name].push_back(n);
    for (auto& [name, them] : users)
        for (std::size_t i = 1; i < them.size(); ++i)
            if (all[them[i]].certificate.path == all[them[0]].certificate.path)
                out.warning(
                    j.notes().certificates[them[i]]->where,
                    "names: " + in_quotes(name) + " has this very certificate already",
                    "it is given at " + short_place(j.notes().certificates[them[0]]->where)
                );
}

}

// [[mail.certificate]] and what goes with it.
void check_names(const judged& j, findings& out) {
    auto& notes = j.notes();
    for (std::size_t n = 0; n < notes.certificates.size(); ++n)
        if (!notes.broken_certificates.contains(n)) check_block(j, n, out);
    if (notes.broken_certificates.empty()) check_repeated(j, out);
    if (notes.certificates_own && !j.server().uses_tls() &&
        !notes.is_broken({"listen", "ssl", "starttls"}))
        out.warning(
            notes.certificates[0]->where,
            "certificates have no effect: this server never speaks TLS"
        );
}

}
