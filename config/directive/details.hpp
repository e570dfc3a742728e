#pragma once

#include <string_view>

namespace postern::config {

// Whether directives are described by more than the first line, and what stands there otherwise:
// a small build leaves the rest to the documentation.
inline constexpr bool has_details = POSTERN_DETAILS;
inline constexpr std::string_view details_elsewhere =
    "There is more to it, which this small build leaves to config/DIRECTIVES.md of its source.";

}
