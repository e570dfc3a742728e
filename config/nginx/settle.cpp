#include "config/build/assign.hpp"
#include "config/build/outline.hpp"
#include "config/build/rules.hpp"
#include "config/directive/all.hpp"
#include "config/nginx/known.hpp"
#include "config/nginx/translation.hpp"
#include "config/report/effect.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

entry* find(block& in, std::string_view name) {
    auto at = std::ranges::find(in.entries, name, &entry::name);
    return at == in.entries.end() ? nullptr : &*at;
}

value text(std::string_view words, const place& where) {
    value out{value::array, {}, where, false, {}};
    for (std::size_t at = 0; at < words.size();) {
        auto end = std::min(words.find(' ', at), words.size());
        out.items.push_back({value::text, std::string(words.substr(at, end - at)), where, false, {}}
        );
        at = end + 1;
    }
    return out.items.size() == 1 ? out.items[0] : out;
}

class settler {
public:
    settler(translation& to, const std::string& path, findings& out)
        : to_(to), path_(path), base_(path), out_(out) {}

    void run();

private:
    draft read(findings&) const;
    void write_defaults(const draft&);
    void allow_plaintext(const draft&);
    void drop_starttls(block&, const server_settings&);
    void drop_external(block&, const server_settings&);
    void add(block&, std::string_view name, std::string_view words, std::string remark);

    translation& to_;
    const std::string& path_;
    folder base_;
    findings& out_;
    block* mail_ = nullptr;
};

draft settler::read(findings& found) const {
    auto all = assign(outline_of(to_.root, found), base_, found);
    complete(all, base_);
    return all;
}

void settler::add(block& to, std::string_view name, std::string_view words, std::string remark) {
    to_.said.of(to.where, name).above = {std::move(remark)};
    to.entries.push_back({std::string(name), to.where, text(words, to.where)});
}

void settler::write_defaults(const draft& all) {
    for (auto& by_default : nginx_defaults()) {
        auto name = by_default.name, words = by_default.value;
        auto known = find_directives(name, in_mail);
        if (known.empty() || find(*mail_, name)) continue;
        auto given = text(words, mail_->where);
        auto nginx = try_value(name, in_mail, given, base_);
        if (!nginx.good || nginx.back.values == default_of(name).values) continue;
        auto counts = [&](auto& server, auto& own) {
            return has_effect(*known[0], server) && !find(own, name);
        };
        for (std::size_t n = 0; n < all.made.servers.size(); ++n)
            if (counts(all.made.servers[n], mail_->blocks[n])) {
                add(*mail_, name, words, "# as in nginx, which has another default than postern");
                break;
            }
    }
}

// nginx knows no TLS to upstreams, and gives them passwords all the same.
void settler::allow_plaintext(const draft& all) {
    constexpr auto name = "proxy_allow_plaintext";
    auto is_open = [](auto& s) {
        return !s.proxy.tls.uses_tls() && (s.protocol != mail_protocol::smtp || s.proxy.smtp_auth);
    };
    if (find(*mail_, name) || std::ranges::none_of(all.made.servers, is_open)) return;
    add(*mail_,
        name,
        "on",
        "# nginx gives passwords to upstreams in clear text; better is proxy_ssl = \"starttls\"");
    out_.note(
        mail_->where,
        "passwords go to upstreams in clear text, as nginx sends them: \"proxy_allow_plaintext\" "
        "is on",
        "write proxy_ssl = \"starttls\" or \"on\" instead where the upstreams can do it"
    );
}

// Where every connection begins with TLS it means nothing, which postern would call a mistake.
void settler::drop_starttls(block& server, const server_settings& made) {
    auto& listen = made.listen;
    if (made.tls.starttls == starttls_mode::off || made.tls.ssl || listen.empty() ||
        !std::ranges::all_of(listen, &listen_address::ssl))
        return;
    if (auto own = find(server, "starttls"))
        own->given = text("off", own->given.where);
    else
        add(server, "starttls", "off", "# every connection begins with TLS");
}

void settler::drop_external(block& server, const server_settings& made) {
    auto own = find(server, std::string(name(made.protocol)) + "_auth");
    if (!own || (made.uses_tls() && made.tls.verify.asks())) return;
    auto& given = own->given;
    if (given.what != value::array) given = {value::array, {}, given.where, false, {given}};
    auto is_external = [](auto& word) { return word.written == "external"; };
    auto at = std::ranges::find_if(given.items, is_external);
    if (at == given.items.end()) return;
    to_.whole = false;
    out_.warning(
        at->where,
        own->name +
            ": \"external\" needs a client's certificate, and none is asked for; it is left "
            "out",
        "write ssl_verify_client = \"optional\" and put it back"
    );
    std::erase_if(given.items, is_external);
    if (given.items.empty()) std::erase_if(server.entries, [&](auto& e) { return &e == own; });
}

void settler::run() {
    auto is_mail = [](auto& b) { return b.name == "mail"; };
    auto at = std::ranges::find_if(to_.root.blocks, is_mail);
    if (at == to_.root.blocks.end()) return;
    mail_ = &*at;
    findings before;
    auto all = read(before);
    for (std::size_t n = 0; n < all.made.servers.size(); ++n) {
        drop_starttls(mail_->blocks[n], all.made.servers[n]);
        drop_external(mail_->blocks[n], all.made.servers[n]);
    }
    write_defaults(all);
    allow_plaintext(all);
    findings after;
    apply_rules(read(after), path_, after);
    out_.add(after.take());
}

}

void settle(translation& to, const std::string& path, findings& out) {
    settler(to, path, out).run();
}

}
