#include "config/report/dump.hpp"

#include "config/build/draft.hpp"
#include "config/directive/all.hpp"
#include "config/report/effect.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

class dumper {
public:
    explicit dumper(const loaded& from) : from_(from), base_(from.name) {}
    std::string run();

private:
    void server(std::size_t);
    void routes(std::size_t);
    void certificates(std::size_t);
    void line(std::string_view name, const written&, const place*);
    void header(std::string_view text, const place&);
    std::string comment(const place*) const;

    const loaded& from_;
    folder base_;
    std::string out_;
};

std::string dumper::comment(const place* where) const {
    if (!where) return "  # default";
    return "  # " + visible(where->file) + ":" + std::to_string(where->line);
}

void dumper::line(std::string_view name, const written& value, const place* where) {
    auto text = to_toml(value);
    if (!text.empty()) out_ += std::string(name) + " = " + text + comment(where) + "\n";
}

void dumper::header(std::string_view text, const place& where) {
    out_ += "\n" + std::string(text) + comment(&where) + "\n";
}

void dumper::server(std::size_t n) {
    auto& settings = from_.made->servers[n];
    header("[[mail.server]]", from_.from.of_server(n));
    auto& tls = settings.tls; // without ssl_certificate another one is the default
    auto is_there = [&](std::string_view name) {
        if (name == "error_log") return !settings.error_log.empty();
        return !tls.certificates.empty() ||
               (name != "ssl_certificate" && name != "ssl_certificate_key");
    };
    for (auto& row : server_rows())
        if (has_effect(row.about, settings) && is_there(row.about.name))
            line(row.about.name, row.write(settings, base_), from_.from.find(n, row.about.name));
    if (settings.uses_tls()) certificates(n);
    if (settings.lookup.auth_http.empty()) routes(n);
}

void dumper::certificates(std::size_t n) {
    auto& all = from_.made->servers[n].tls.names.certificates;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto where = from_.from.find(n, certificate_origin(i, ""));
        header("[[mail.server.certificate]]", where ? *where : from_.from.of_server(n));
        for (auto& row : certificate_rows())
            line(
                row.about.name,
                row.write(all[i], base_),
                from_.from.find(n, certificate_origin(i, row.about.name))
            );
    }
}

void dumper::routes(std::size_t n) {
    auto& all = from_.made->servers[n].lookup.routes;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto where = from_.from.find(n, route_origin(i, ""));
        header("[[mail.server.route]]", where ? *where : from_.from.of_server(n));
        // What a route does not say itself is its server's.
        for (auto& row : route_rows())
            if (auto said = from_.from.find(n, route_origin(i, row.about.name)))
                line(row.about.name, row.write(all[i], base_), said);
    }
}

std::string dumper::run() {
    for (auto& row : process_rows())
        line(
            row.about.name,
            row.write(*from_.made, base_),
            from_.from.find(origins::process, row.about.name)
        );
    for (std::size_t n = 0; n < from_.made->servers.size(); ++n)
        server(n);
    return std::move(out_);
}

}

std::string dump(const loaded& from) { return from.made ? dumper(from).run() : std::string(); }

}
