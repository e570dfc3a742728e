#pragma once

#include "backends/tls/catalog.hpp"
#include "backends/tls/client_hello.hpp"
#include "backends/tls/context.hpp"
#include "backends/tls/ready_contexts.hpp"
#include "config/report/complaint.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// A name that a client asked for, as names are kept: in small letters and without the last dot.
// Nothing when it is none that a certificate could have.
std::optional<std::string> kept_name(std::string_view asked);

// "*.example.org" for "mail.example.org" (RFC 9525 section 6.3: one label, the first, and whole).
// Nothing when nothing would stand behind it.
std::optional<std::string> wildcard_for(std::string_view name);

// The names that a certificate serves: its dNSNames or, without that extension, its common names
// (RFC 6125 section 6.4.4). As they are kept; what is no host name is left out.
std::vector<std::string> names_in(const certificate&);

// Which certificate a name leads to. Those written in the configuration are there from the start;
// those of a folder become contexts when a client first asks for them. Used by one thread.
class server_names {
public:
    using contexts = std::vector<std::shared_ptr<const context>>;
    struct made {
        std::shared_ptr<const context> one; // null: `complaints` say why
        std::vector<config::complaint> complaints;
    };
    struct folder {
        std::string path;
        std::shared_ptr<const catalog_shelf> shelf; // null: no folder
        std::function<made(const catalog_entry&)> make;
        std::function<void(const config::complaint&)> report; // may be empty
        std::vector<std::uint16_t> suites; // what a context made of it can agree on
        config::tls_versions versions;
        std::size_t most = 0; // contexts kept ready
    };
    server_names(folder, bool reject_unknown);

    void add(const std::string& name, std::shared_ptr<const context>);

    // For clients that ask for nothing or for a stranger: those of this name, when there are any.
    void use_by_default(std::string name) { default_ = std::move(name); }

    struct answer {
        bool refused = false;               // the name is unknown, and such clients are not served
        std::shared_ptr<const context> one; // null and not refused: the server's first ones
    };
    answer choose(const client_hello&);

    // Of the folder, made now or earlier. Null, after a report, when it is of no use; that is
    // remembered.
    std::shared_ptr<const context> ready(const catalog_entry&);

    // Makes every certificate of the folder once and lets it go again; those of no use are
    // reported.
    void prove_all() const;

    std::shared_ptr<const catalog> in_folder() const {
        return folder_.shelf ? folder_.shelf->now : nullptr;
    }
    std::size_t ready_now() const { return ready_.size(); }

private:
    answer named(const std::string&, const client_hello&); // refused: there is no such name
    std::shared_ptr<const context>
    of_folder(const std::vector<catalog_entry>&, const client_hello&);
    std::vector<catalog_entry> found(const std::string& form) const;
    void report(std::vector<config::complaint>) const;

    folder folder_;
    bool reject_unknown_;
    std::string default_;
    std::map<std::string, contexts, std::less<>> own_;
    ready_contexts ready_;
    std::set<ready_contexts::id> useless_;
};

}
