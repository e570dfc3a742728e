#pragma once

#include "config/build/load.hpp"
#include "config/value/secret.hpp"
#include "gateway/process/channel.hpp"
#include "gateway/process/descriptor.hpp"
#include "gateway/process/open_log.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace postern::gateway {

// All that a worker lives on: it opens no file and no listening socket itself. One configuration's
// text, the bytes of the files it names, and descriptors.
struct bundle {
    struct listener {
        std::uint64_t key = 0;             // the same socket in another bundle has the same key
        std::size_t server = 0, index = 0; // which `listen` of the settings
        descriptor socket;
    };
    struct zone {
        std::string name;
        std::size_t bytes = 0;
        descriptor memory; // a segment
    };

    // A folder of ssl_certificate_dir, read: a catalog (backends/tls/catalog.hpp).
    struct folder {
        std::string path;
        descriptor memory; // sealed
    };

    std::uint64_t number = 0;   // counts up with every bundle
    std::uint64_t settings = 0; // the same as in an earlier bundle: only the folders are new
    std::string name;           // the configuration file's path
    secret text;
    std::map<std::string, std::vector<std::string>> peers; // of names in set_real_ip_from
    std::map<std::string, config::file_answer> files;
    open_logs logs;
    descriptor secrets;     // ssl_keylog_file; none: it is off
    descriptor ticket_keys; // a segment
    descriptor signer;      // to the signing process; none: the keys are in `files`
    std::vector<zone> zones;
    std::vector<folder> folders;
    std::vector<listener> listeners;

    // Answers from `files` alone; ENOENT for any other. The bundle must outlive it.
    config::file_reader reader() const;
};

// A bundle as a message, and back. The bytes travel in sealed memory, which unpacking wipes.
// Errors: those of memfd_create and dup; EPROTO for what is no bundle.
result<message> pack(const bundle&);
result<bundle> unpack(message);

// Logs that were opened anew, for word::reopen.
result<message> pack(const open_logs&);
result<open_logs> unpack_logs(message);

}
