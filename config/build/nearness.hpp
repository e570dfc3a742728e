#pragma once

#include <string>

namespace postern::config {

// Whether what is said to a host stays on this machine, as far as its name tells.
enum class nearness { here, elsewhere, unknown };

nearness where_is(const std::string& host);

}
