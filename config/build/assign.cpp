#include "config/build/assign.hpp"

#include "config/directive/all.hpp"

#include <algorithm>

namespace postern::config {

namespace {

template <class Root> struct target {
    std::span<const row<Root>> rows;
    const folder& base;
    findings& out;

    // False when the value, or the name, means nothing. Such names were complained of before.
    bool read(Root& to, const entry& e) const {
        auto found = std::ranges::find(rows, e.name, [](auto& r) { return r.about.name; });
        if (found == rows.end()) return false;
        reading in(found->about.name, base, out);
        return found->read(to, e.given, in);
    }
};

bool is_layered(std::string_view name) {
    auto found = find_directives(name, in_server);
    return !found.empty() && found[0]->layered;
}

bool has(const block& b, std::string_view name) {
    return std::ranges::any_of(b.entries, [&](auto& e) { return e.name == name; });
}

// A place to read things into only to hear what is wrong with them.
void read_for_nothing(const block& mail, const folder& base, findings& out) {
    server_settings scratch;
    for (auto& e : mail.entries)
        if (!find_directives(e.name, in_mail).empty())
            target<server_settings>{server_rows(), base, out}.read(scratch, e);
}

class server_maker {
public:
    server_maker(draft& all, std::size_t scope, const folder& base, findings& out)
        : all_(all), scope_(scope), base_(base), out_(out) {}

    void read(const block* mail, const block& own);

private:
    void read_entries(const std::vector<laid_entry>&);
    void read_routes(const block* mail, const block& own);
    void read_certificates(const block* mail, const block& own);
    server_notes& notes() { return all_.notes[scope_]; }
    server_settings& made() { return all_.made.servers[scope_]; }

    draft& all_;
    std::size_t scope_;
    const folder& base_;
    findings& out_;
};

void server_maker::read(const block* mail, const block& own) {
    notes().where = own.where;
    all_.from.note_server(scope_, own.where);
    read_entries(inherit(mail, own));
    read_routes(mail, own);
    read_certificates(mail, own);
}

void server_maker::read_entries(const std::vector<laid_entry>& entries) {
    for (auto& laid : entries) {
        auto& e = *laid.what;
        notes().written[e.name] = laid;
        all_.from.note(scope_, e.name, e.where);
        if (!target<server_settings>{server_rows(), base_, out_}.read(made(), e))
            notes().broken.insert(e.name);
    }
}

// As with every list, a server's own routes replace those of [mail].
void server_maker::read_routes(const block* mail, const block& own) {
    notes().routes = blocks_of(own, "route");
    notes().routes_own = !notes().routes.empty();
    if (mail && notes().routes.empty()) notes().routes = blocks_of(*mail, "route");
    for (std::size_t n = 0; n < notes().routes.size(); ++n) {
        auto& b = *notes().routes[n];
        route_settings route;
        route.tls = made().proxy.tls;
        all_.from.note(scope_, route_origin(n, ""), b.where);
        for (auto& e : b.entries) {
            all_.from.note(scope_, route_origin(n, e.name), e.where);
            if (!target<route_settings>{route_rows(), base_, out_}.read(route, e))
                notes().broken_routes.insert(n);
        }
        made().lookup.routes.push_back(std::move(route));
    }
}

void server_maker::read_certificates(const block* mail, const block& own) {
    auto& blocks = notes().certificates;
    blocks = blocks_of(own, "certificate");
    notes().certificates_own = !blocks.empty();
    if (mail && blocks.empty()) blocks = blocks_of(*mail, "certificate");
    for (std::size_t n = 0; n < blocks.size(); ++n) {
        certificate_settings one;
        all_.from.note(scope_, certificate_origin(n, ""), blocks[n]->where);
        for (auto& e : blocks[n]->entries) {
            all_.from.note(scope_, certificate_origin(n, e.name), e.where);
            if (!target<certificate_settings>{certificate_rows(), base_, out_}.read(one, e))
                notes().broken_certificates.insert(n);
        }
        made().tls.names.certificates.push_back(std::move(one));
    }
}

}

std::vector<laid_entry> inherit(const block* outer, const block& inner) {
    std::vector<laid_entry> out;
    if (outer)
        for (auto& e : outer->entries)
            if (!find_directives(e.name, in_mail).empty() &&
                (!has(inner, e.name) || is_layered(e.name)))
                out.push_back({&e, false});
    for (auto& e : inner.entries)
        if (!find_directives(e.name, in_server).empty()) out.push_back({&e, true});
    return out;
}

draft assign(const outline& blocks, const folder& base, findings& out) {
    draft all;
    for (auto& e : blocks.top->entries) {
        all.from.note(origins::process, e.name, e.where);
        target<settings>{process_rows(), base, out}.read(all.made, e);
    }
    if (blocks.mail) read_for_nothing(*blocks.mail, base, out);
    all.made.servers.resize(blocks.servers.size());
    all.notes.resize(blocks.servers.size());
    for (std::size_t i = 0; i < blocks.servers.size(); ++i)
        server_maker(all, i, base, out).read(blocks.mail, *blocks.servers[i]);
    return all;
}

}
