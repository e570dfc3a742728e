#pragma once

#include "config/nginx/files.hpp"
#include "config/report/diagnostic.hpp"
#include "config/source/tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::config {

// An nginx.conf in postern's words.
struct imported {
    std::optional<block> tree;           // with places in nginx's files; nothing: an error says why
    std::string toml;                    // the same as text, with nginx's comments
    std::vector<diagnostic> diagnostics; // sorted
    std::map<std::string, std::string> texts; // of all files, for print()
    bool whole = false;                       // all that means something to mail was carried over
};

// `prefix` is nginx's own (nginx -V, or -p); empty: unknown, the file's folder.
imported import_nginx(const std::string& path, const std::string& prefix, const nginx_files&);

}
