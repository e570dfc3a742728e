#pragma once

#include "config/settings/log.hpp"
#include "config/value/reading.hpp"

#include <string>
#include <string_view>

namespace postern::config {

// "syslog:server=…" and its parameters, as nginx has them.

// Lines of an error log have a level, from which the severity follows.
enum class syslog_use { with_levels, without_levels };

bool is_syslog(std::string_view);
std::string syslog_syntax(syslog_use);
bool read_syslog(const word&, syslog_use, reading&, syslog_collector&);
std::string write_syslog(const syslog_collector&, const folder&);

}
