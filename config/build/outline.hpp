#pragma once

#include "config/report/findings.hpp"
#include "config/source/tree.hpp"

#include <string_view>
#include <vector>

namespace postern::config {

// The blocks of a configuration. Points into the tree.
struct outline {
    const block* top = nullptr;
    const block* mail = nullptr; // null when there is none
    std::vector<const block*> servers;
};

// Finds the blocks, and complains of blocks and names that do not belong where they are.
outline outline_of(const block& top, findings&);

// The blocks of that name directly in a block.
std::vector<const block*> blocks_of(const block&, std::string_view name);

}
