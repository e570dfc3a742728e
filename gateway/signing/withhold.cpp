#include "gateway/signing/withhold.hpp"

#include "backends/tls/key_files.hpp"

#include <cerrno>
#include <map>
#include <set>
#include <string>

namespace postern::gateway {
namespace {

// Which pass phrases may open the keys in a file, and which files hold pass phrases.
struct phrase_book {
    std::map<std::string, std::vector<secret>> of_file;
    std::set<std::string> files;

    void add(const config::tls_settings& tls) {
        std::vector<config::complaint> ignored; // said when the file was examined
        auto phrases = tls::pass_phrases(tls, ignored);
        if (!tls.password_file.path.empty()) files.insert(tls.password_file.path);
        std::set<std::string> paths;
        for (auto* list : {&tls.certificates, &tls.certificate_keys})
            for (auto& file : *list)
                paths.insert(file.path);
        for (auto& block : tls.names.certificates)
            paths.insert({block.certificate.path, block.key.path});
        note(paths, phrases);
    }

    void add(const config::proxy_tls_settings& tls) {
        if (tls.uses_tls()) add_client(tls);
    }

    // A certificate that is shown to upstreams, or to auth_http services.
    void add_client(const config::proxy_tls_settings& tls) {
        config::tls_settings same;
        same.password_file = tls.password_file;
        std::vector<config::complaint> ignored;
        if (!tls.password_file.path.empty()) files.insert(tls.password_file.path);
        note({tls.certificate.path, tls.certificate_key.path}, tls::pass_phrases(same, ignored));
    }

    void note(const std::set<std::string>& paths, const std::vector<secret>& phrases) {
        for (auto& path : paths)
            of_file[path].insert(of_file[path].end(), phrases.begin(), phrases.end());
    }
};

std::shared_ptr<const secret> shared(secret text) {
    return std::make_shared<const secret>(std::move(text));
}

}

std::vector<tls::withheld_key> withhold(examined& e) {
    phrase_book book;
    for (auto& server : e.config.made->servers) {
        if (server.uses_tls()) book.add(server.tls);
        book.add(server.proxy.tls);
        if (server.lookup.uses_https()) book.add_client(server.lookup.auth_http_tls);
        for (auto& route : server.lookup.routes)
            book.add(route.tls);
    }
    std::vector<tls::withheld_key> keys;
    for (auto& [path, file] : e.files) {
        if (!file.bytes) continue;
        if (book.files.contains(path)) {
            file.bytes = shared(secret());
            continue;
        }
        auto apart = tls::withhold_keys(file.bytes->reveal());
        file.bytes = shared(std::move(apart.text));
        for (auto& key : apart.keys) {
            key.phrases = book.of_file[path];
            keys.push_back(std::move(key));
        }
    }
    auto left = [&](const std::string& path) {
        auto at = e.files.find(path);
        return at == e.files.end() ? config::file_answer{nullptr, ENOENT} : at->second;
    };
    auto from = std::move(e.config.from);                   // perhaps of an nginx.conf
    e.config = config::load(e.text.reveal(), e.name, left); // settings hold bytes of files, too
    e.config.from = std::move(from);
    return keys;
}

}
