#pragma once

#include "config/build/origins.hpp"
#include "config/report/complaint.hpp"
#include "config/report/diagnostic.hpp"
#include "config/settings.hpp"
#include "config/source/tree.hpp"
#include "config/value/secret.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// How a file that the configuration names is read. The master reads the disk; a worker, which may
// not, reads from the bundle that the master made. Answers the bytes, or why there are none (an
// errno value).
struct file_answer {
    std::shared_ptr<const secret> bytes; // null: error says why
    int error = 0;
    bool open_to_all = false; // every user of the machine may read it
};
using file_reader = std::function<file_answer(const std::string& path)>;

// Reads from disk: regular files of at most 1 MiB, else EFBIG; a folder is EISDIR.
file_answer read_from_disk(const std::string& path);

// A configuration that was read: settings that nothing changes any more, and where each directive
// came from.
struct loaded {
    std::shared_ptr<const settings> made; // null when a diagnostic is an error
    // The same, with errors too: defaults stand where something could not be read, and files may
    // lack their bytes. Only for finding more that is wrong. Null when the text is no TOML.
    std::shared_ptr<const settings> draft;
    std::string name; // the configuration file's path, as given to load()
    origins from;
    std::vector<diagnostic> diagnostics; // sorted by place; warnings may come along with a success
};

// Text (at most 1 MiB) to settings: parse, inherit, assign, apply rules, read the named files.
// `name` is the configuration file's path, for messages; relative file names are taken relative to
// its folder. Everything that is wrong is reported at once. `read` is called once for each file.
loaded load(std::string_view text, std::string_view name, const file_reader& read);

// The same of a tree that another source than TOML made, with what was said of it before.
loaded load_tree(
    const block&, std::string_view name, const file_reader& read, std::vector<diagnostic> before
);

// Complaints of a part that knows only directives (a TLS adapter about server number `server`, from
// 0), given the lines they stand on. A directive that nobody wrote is placed at its server's own
// line. For complaints about several servers, put the answers together and tidy() them.
std::vector<diagnostic> locate(const std::vector<complaint>&, const origins&, std::size_t server);

// The same about one route of that server: what the route does not say itself is its server's.
std::vector<diagnostic> locate_in_route(
    const std::vector<complaint>&, const origins&, std::size_t server, std::size_t route
);

}
