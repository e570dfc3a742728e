#pragma once

#include "config/build/load.hpp"
#include "config/report/findings.hpp"
#include "config/source/toml.hpp"
#include "config/value/kind.hpp"

#include <map>
#include <string>
#include <string_view>

namespace postern::test {

// "3:5 error: text", a line each, without file names and hints.
std::string summary(const std::vector<config::diagnostic>&);

// A reader that knows a few files: cert.pem, key.pem, rsa.pem, ecdsa.pem, pass.txt, ticket.key (of
// 48 bytes) and ca-certificates.crt in any folder. Everything else is missing, but "secret.pem"
// which may not be read.
config::file_answer read_fake(const std::string& path);

// load() under the name "postern.toml" with these files.
config::loaded load(std::string_view text);

// CHECKs that loading it says just that, as summary() puts it, and gives settings when nothing is
// an error.
void check(const char* about, const std::string& text, const char* found);

// A server that has all it needs, with more lines in it.
std::string server_with(std::string_view lines);

// One value, read as a kind from `x = <toml>`: what it is written back as, or what is wrong with
// it.
template <class Kind> std::string read_back(std::string_view toml) {
    config::findings found;
    auto tree = config::read_toml("x = " + std::string(toml), "t", found);
    config::folder base("");
    typename Kind::value_type field{};
    if (tree && !tree->entries.empty()) {
        config::reading in("x", base, found);
        bool good = config::read_value<Kind>(tree->entries[0].given, in, field);
        if (good) return config::to_toml(config::write_value<Kind>(field, base));
    }
    return summary(found.take());
}

}
