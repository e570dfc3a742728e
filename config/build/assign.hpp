#pragma once

#include "config/build/draft.hpp"
#include "config/build/outline.hpp"
#include "config/value/folder.hpp"

#include <vector>

namespace postern::config {

// Outer entries laid under an inner block: what the inner one does not repeat, and, where a
// directive is layered, also what it does. Outer ones come first.
std::vector<laid_entry> inherit(const block* outer, const block& inner);

// Fresh settings, filled by the rows of the directive tables.
draft assign(const outline&, const folder&, findings&);

}
