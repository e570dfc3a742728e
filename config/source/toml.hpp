#pragma once

#include "config/report/findings.hpp"
#include "config/source/tree.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::config {

// TOML text of at most 1 MiB to a tree, entries and blocks in the order of the file. Nothing when
// it is not TOML; the reason is then among the findings. `name` is the file's, for places.
std::optional<block> read_toml(std::string_view text, const std::string& name, findings&);

}
