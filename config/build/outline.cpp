#include "config/build/outline.hpp"

#include "config/directive/all.hpp"
#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"

#include <algorithm>
#include <array>

namespace postern::config {

namespace {

struct known_block {
    std::string_view name;
    unsigned inside;
    bool repeated;
    unsigned context;
    std::string_view written;
};

constexpr std::array<known_block, 6> known_blocks{
    {{"mail", in_main, false, in_mail, "[mail]"},
     {"server", in_mail, true, in_server, "[[mail.server]]"},
     {"certificate", in_mail, true, in_certificate, "[[mail.certificate]]"},
     {"certificate", in_server, true, in_certificate, "[[mail.server.certificate]]"},
     {"route", in_mail, true, in_route, "[[mail.route]]"},
     {"route", in_server, true, in_route, "[[mail.server.route]]"}}
};

// The hint for a block's name where no such block may stand.
std::string block_hint(std::string_view name) {
    std::string out;
    for (auto& k : known_blocks)
        if (k.name == name) out += (out.empty() ? "write " : " or ") + std::string(k.written);
    return out;
}

void refuse_name(const std::string& name, const place& where, unsigned context, findings& out) {
    if (auto hint = block_hint(name); !hint.empty() && find_directives(name, ~0u).empty())
        return out.error(where, in_quotes(name) + " is a block, not a directive", hint);
    if (auto known = find_directives(name, ~0u); !known.empty()) {
        unsigned belongs = 0;
        for (auto d : known)
            belongs |= d->where;
        return out.error(
            where,
            "\"" + name + "\" does not belong here",
            "it belongs in " + contexts_text(belongs)
        );
    }
    if (is_only_of_nginx(name))
        return out.error(
            where, "\"" + name + "\" is a directive of nginx that postern does not have yet"
        );
    auto hint = did_you_mean(name, names_in(context));
    if (hint.empty()) hint = did_you_mean(name, names_in(~0u));
    out.error(where, "unknown directive " + in_quotes(name), hint);
}

void refuse_block(const block& b, findings& out) {
    if (is_only_of_nginx(b.name))
        return out.error(
            b.where, "\"" + b.name + "\" is a block of nginx that postern does not have yet"
        );
    if (!find_directives(b.name, ~0u).empty())
        return out.error(b.where, "\"" + b.name + "\" is a directive, not a block");
    constexpr std::array<std::string_view, 4> names{"mail", "server", "certificate", "route"};
    auto hint = block_hint(nearest(b.name, names));
    if (hint.empty())
        hint = "known blocks: [mail], [[mail.server]], [[mail.certificate]], [[mail.route]]";
    out.error(b.where, "unknown block " + in_quotes(b.name), hint);
}

void check_block(const block&, unsigned context, findings&);

void check_inner(const block& b, unsigned inside, findings& out) {
    auto fits = [&](auto& k) { return k.name == b.name && k.inside == inside; };
    auto known = std::ranges::find_if(known_blocks, fits);
    if (known == known_blocks.end()) return refuse_block(b, out);
    if (known->repeated != b.repeated)
        out.error(
            b.where,
            "the block \"" + b.name + "\" " +
                (known->repeated ? "stands in double brackets" : "may stand only once"),
            "write " + std::string(known->written)
        );
    check_block(b, known->context, out);
}

void check_block(const block& b, unsigned context, findings& out) {
    for (auto& e : b.entries)
        if (find_directives(e.name, context).empty()) refuse_name(e.name, e.where, context, out);
    for (auto& inner : b.blocks)
        check_inner(inner, context, out);
}

}

outline outline_of(const block& top, findings& out) {
    check_block(top, in_main, out);
    outline found{&top, nullptr, {}};
    for (auto& b : top.blocks)
        if (b.name == "mail" && !found.mail) found.mail = &b;
    if (found.mail)
        for (auto& b : found.mail->blocks)
            if (b.name == "server") found.servers.push_back(&b);
    return found;
}

std::vector<const block*> blocks_of(const block& b, std::string_view name) {
    std::vector<const block*> out;
    for (auto& inner : b.blocks)
        if (inner.name == name) out.push_back(&inner);
    return out;
}

}
