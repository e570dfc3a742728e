#include "config/build/files.hpp"

#include "config/report/source_text.hpp"

#include <map>
#include <system_error>

namespace postern::config {

namespace {

class file_shelf {
public:
    file_shelf(const file_reader& read, findings& out) : read_(read), out_(out) {}

    // Fills in the bytes, or complains once at each place.
    void fetch(file& f, std::string_view directive, const place& where, const std::string& hint) {
        auto [it, fresh] = known_.try_emplace(f.path);
        if (fresh) it->second = read_(f.path);
        f.bytes = it->second.bytes;
        if (f.bytes) return;
        out_.error(
            where,
            std::string(directive) + ": cannot read " + in_quotes(f.path) + ": " +
                std::generic_category().message(it->second.error),
            hint
        );
    }

private:
    const file_reader& read_;
    findings& out_;
    std::map<std::string, file_answer> known_;
};

std::string hint_for(const server_notes& notes) {
    if (notes.find("ssl_certificate")) return {};
    return "ssl_certificate defaults to cert.pem; name the file of this server's certificate";
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
    for (std::size_t n = 0; n < tls.handshake.staples.size(); ++n)
        shelf.fetch(
            tls.handshake.staples[n],
            "ssl_stapling_file",
            notes.place_of("ssl_stapling_file", n),
            "openssl ocsp -respout FILE makes one"
        );
    if (!tls.password_file.path.empty())
        shelf.fetch(
            tls.password_file, "ssl_password_file", notes.place_of("ssl_password_file", 0), {}
        );
}

}

void read_files(draft& all, const file_reader& read, findings& out) {
    file_shelf shelf(read, out);
    for (std::size_t i = 0; i < all.made.servers.size(); ++i)
        if (all.made.servers[i].uses_tls()) read_server(all.made.servers[i], all.notes[i], shelf);
}

}
