#include "backends/tls/compile_names.hpp"

#include "backends/tls/choose.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

using config::severity;
using complaints = std::vector<config::complaint>;

std::string in_quotes(const std::string& path) { return "\"" + path + "\""; }

// A plan for one certificate alone: its sessions are bound to it, so that none crosses over to
// another name (CVE-2014-3616). A renewed certificate begins anew.
context_plan plan_for(const compiling& with, const key_pair& pair) {
    auto own = with.plan;
    own.sessions = std::make_shared<resumption>(
        with.settings,
        with.services,
        with.library.primitives(),
        std::span(pair.chain).first(1),
        with.library.session_format()
    );
    return own;
}

// What outlives the compilation, to make contexts later on.
class later_compiling {
public:
    explicit later_compiling(const compiling& now)
        : library_(now.library), settings_(now.settings), plan_(now.plan), services_(now.services) {
        plan_.proved = false; // a folder's certificates are proved when they are needed
    }

    server_names::made make(const catalog_entry& from) const {
        server_names::made out;
        auto pair = pair_of(from);
        if (!pair) {
            auto path = std::string(from.certificate_path);
            out.complaints.push_back(
                {severity::error, {}, in_quotes(path) + " cannot be understood", {}}
            );
            return out;
        }
        auto plan = plan_for({library_, settings_, plan_, services_}, *pair);
        out.one = library_.make(plan, *pair, out.complaints);
        return out;
    }

private:
    const compiler& library_;
    config::tls_settings settings_;
    context_plan plan_;
    session_services services_;
};

server_names::folder folder_of(const compiling& with) {
    server_names::folder out;
    auto& names = with.settings.names;
    out.path = names.folder;
    if (names.folder.empty() || !with.services.folder) return out;
    out.shelf = with.services.folder(names.folder);
    auto later = std::make_shared<const later_compiling>(with);
    out.make = [later](const catalog_entry& e) { return later->make(e); };
    out.report = with.services.report;
    out.suites = with.plan.suites;
    out.versions = with.plan.versions;
    out.most = names.cached;
    return out;
}

// The contexts of one [[mail.certificate]], under the names that it is for.
void add_block(
    const compiling& with,
    const config::certificate_settings& block,
    server_names& to,
    std::vector<std::shared_ptr<const context>>& first,
    complaints& out
) {
    auto pair = read_key_pair(block.certificate, block.key, out);
    if (!pair) return;
    if (!block.staple.path.empty()) pair->ocsp = read_staple(block.staple, pair->leaf, out);
    auto names = block.names.empty() ? names_in(pair->leaf) : block.names;
    if (!can_serve(pair->leaf.key, with.plan.suites, with.plan.versions))
        return out.push_back(
            {severity::warning,
             "ssl_ciphers",
             "no suite of the list works with the certificate in " +
                 in_quotes(block.certificate.path) + ", which is left out",
             {}}
        );
    if (names.empty())
        out.push_back(
            {severity::warning,
             "",
             "no host name in the certificate in " + in_quotes(block.certificate.path) +
                 ", so nobody ever gets it",
             "write names = [\"mail.example.org\"] beside it"}
        );
    auto one = with.library.make(plan_for(with, *pair), *pair, out);
    if (!one) return;
    for (auto& name : names)
        to.add(name, one);
    if (!first.empty()) return;
    first.push_back(one);
    if (!names.empty()) to.use_by_default(names.front());
}

// Where nothing but a folder is written: what is there for server_name, else the first that works.
void use_folder_by_default(
    const compiling& with,
    server_names& to,
    std::vector<std::shared_ptr<const context>>& made,
    complaints& out
) {
    constexpr std::size_t most_tried = 100;
    auto& settings = with.settings.names;
    auto from = to.in_folder();
    std::vector<std::size_t> order;
    auto own = kept_name(settings.default_name);
    if (from && own) {
        order = from->find(*own);
        if (auto wildcard = wildcard_for(*own); order.empty() && wildcard)
            order = from->find(*wildcard);
        if (!order.empty()) to.use_by_default(*own);
    }
    auto is_found = !order.empty();
    for (std::size_t n = 0; from && n < std::min(from->size(), most_tried); ++n)
        order.push_back(n);
    for (auto n : order) {
        auto entry = from->entry(n);
        auto one = to.ready(entry);
        if (!one) continue;
        made.push_back(one);
        auto first = std::string(entry.names.substr(0, entry.names.find('\n')));
        if (!is_found && !first.empty() && !first.starts_with('*')) to.use_by_default(first);
        return;
    }
    out.push_back(
        {severity::error,
         "ssl_certificate_dir",
         "no certificate in " + in_quotes(settings.folder) + " can be used",
         "the folder needs one at start, or write ssl_certificate for a default"}
    );
}

}

std::shared_ptr<server_names> compile_names(
    const compiling& with,
    const std::vector<std::vector<std::string>>& named,
    std::vector<std::shared_ptr<const context>>& made,
    complaints& out
) {
    auto& settings = with.settings.names;
    auto own_default = !with.settings.certificates.empty();
    if (own_default && settings.certificates.empty() && settings.folder.empty() &&
        !settings.reject_unknown)
        return nullptr;
    auto names = std::make_shared<server_names>(folder_of(with), settings.reject_unknown);
    for (std::size_t n = 0; n < made.size(); ++n)
        for (auto& name : named[n])
            names->add(name, made[n]);
    std::vector<std::shared_ptr<const context>> first;
    for (auto& block : settings.certificates)
        add_block(with, block, *names, first, out);
    if (own_default) {
        names->use_by_default({});
    } else if (!settings.certificates.empty()) {
        made = std::move(first);
    } else {
        use_folder_by_default(with, *names, made, out);
    }
    return names;
}

}
