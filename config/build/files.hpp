#pragma once

#include "config/build/draft.hpp"
#include "config/build/load.hpp"
#include "config/report/findings.hpp"

namespace postern::config {

// Reads the certificates, keys and pass phrases of every server that uses TLS, each file once.
void read_files(draft&, const file_reader&, findings&);

}
