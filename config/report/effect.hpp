#pragma once

#include "config/directive/directive.hpp"

namespace postern::config {

// Whether a directive means anything for a server with these settings.
bool has_effect(const directive&, const server_settings&);

}
