#pragma once

#include "config/directive/directive.hpp"
#include "config/nginx/statements.hpp"
#include "config/source/tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace postern::config {

// What people wrote around the entries, blocks and values of a tree, each found by its place.
class remark_book {
public:
    remarks& of(const place& where, std::string_view name = {}) {
        return all_[{where.file, where.line, where.column, std::string(name)}];
    }
    const remarks* find(const place& where, std::string_view name = {}) const {
        auto at = all_.find({where.file, where.line, where.column, std::string(name)});
        return at == all_.end() ? nullptr : &at->second;
    }

private:
    std::map<std::tuple<std::string, std::size_t, std::size_t, std::string>, remarks> all_;
};

// nginx's words as postern's tree. Entries and blocks have their names as keys of `said`, elements
// of arrays have none; comments at the end of a block stand in `above` under the name "}".
struct translation {
    block root = {};
    remark_book said = {};
    bool whole = true; // nothing was left out that means something to mail
};

// `path` is the main file's, `prefix` what nginx was built with or started with by -p: from there
// it takes the names of `pid` and `error_log`.
struct nginx_folders {
    folder files, prefix;
    bool prefix_is_known = true;
};
translation translate(const statement&, const nginx_folders&, findings&);

// A statement's words as a value that reads without complaint: words that do not, and files' names
// that count from elsewhere, are mended. Nothing when they cannot be; `whole` is then, as with
// words that were dropped, no more.
std::optional<value> carry(
    const statement&, unsigned context, const directive&, const folder&, findings&, bool& whole
);

// The same directive once more on one level. False when nginx does not allow that.
bool carry_again(entry&, value more, const directive&);

// What reading a value for a directive of that place would make of it.
struct tried {
    bool good = false;
    std::vector<diagnostic> found = {};
    written back = {}; // file names as they were resolved
};
tried try_value(std::string_view name, unsigned context, const value&, const folder&);
written default_of(std::string_view server_directive);

// Writes down what postern's own defaults, or its rules, would make different.
void settle(translation&, const std::string& path, findings&);

// The tree as TOML.
std::string to_toml(const translation&);

}
