#pragma once

#include "backends/tls/backend.hpp"
#include "config/build/load.hpp"
#include "config/value/secret.hpp"

#include <map>
#include <string>
#include <vector>

namespace postern::gateway {

// A configuration file that was read and proved as far as that is possible without serving: what
// `postern check` says, and what a start or reload goes by.
struct examined {
    std::string name; // the file's path
    secret text;
    std::map<std::string, config::file_answer> files; // what it names, as they were read
    config::loaded config;
    std::vector<config::diagnostic> diagnostics; // all of them, sorted; warnings too

    bool good() const { return config.made && !config::any_error(diagnostics); }
    // Adds complaints of a later step about one server's directives, or about the whole
    // (origins::process).
    void complain(const std::vector<config::complaint>&, std::size_t server);
    // All diagnostics as a person reads them.
    std::string printed() const;
};

examined examine(const std::string& path, const tls::backend&);

}
