#pragma once

#include "backends/tls/backend.hpp"
#include "config/build/load.hpp"
#include "config/value/secret.hpp"
#include "gateway/certificates/folder_reading.hpp"
#include "gateway/process/configuration_file.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace postern::gateway {

using read_files = std::map<std::string, config::file_answer>;          // by path
using peer_addresses = std::map<std::string, std::vector<std::string>>; // by name

// A configuration file that was read and proved as far as that is possible without serving: what
// `postern check` says, and what a start or reload goes by.
struct examined {
    std::string name; // the file's path
    secret text;      // TOML; of an nginx.conf what it was imported as
    std::map<std::string, std::string> nginx_texts; // and what that consists of, by path
    read_files files;                               // what it names, as they were read
    std::map<std::string, std::uint64_t> marks;     // of those files, from before they were read
    std::map<std::string, std::shared_ptr<const read_folder>> folders; // ssl_certificate_dir
    config::loaded config;
    peer_addresses peers; // of names in set_real_ip_from, once look_up_peers() has found them
    std::vector<config::diagnostic> diagnostics; // all of them, sorted; warnings too

    bool good() const { return config.made && !config::any_error(diagnostics); }
    // Adds complaints of a later step about one server's directives, or about the whole
    // (origins::process).
    void complain(const std::vector<config::complaint>&, std::size_t server);
    // All diagnostics as a person reads them.
    std::string printed() const;
};

struct examination {
    // What was in force before: files of a folder that did not change since are not read again.
    const examined* before = nullptr;
    // Every certificate of a folder is made ready to use once, which takes milliseconds for each.
    // Otherwise that is left to the first client that asks for it.
    bool thorough = false;
    std::function<void(const std::string& folder, std::size_t certificates)> trying = {}; // now
};
examined examine(const configuration_file&, const tls::backend&, const examination& = {});

// The same of a text that was read before from that path: only the files that it names are read.
examined examine_text(
    const std::string& path, const secret& text, const tls::backend&, const examination& = {}
);

// Steps of it, for other sources than TOML: a reader that keeps what it read, and, once `config` is
// set, all that follows.
config::file_reader reader_into(examined&);
void prove(examined&, const tls::backend&, const examination&);

}
