#pragma once

#include "config/build/load.hpp"
#include "config/report/findings.hpp"

#include <string>

namespace postern::config {

// What is wrong with a file of ssl_session_ticket_key that was read.
void check_ticket_key_file(const std::string& path, const file_answer&, const place& where, findings&);

}
