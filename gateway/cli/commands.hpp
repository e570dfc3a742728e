#pragma once

#include "backends/tls/backend.hpp"
#include "gateway/process/configuration_file.hpp"

#include <string>

namespace postern::gateway {

// One function a command; each answers the exit status (options.hpp).
int check_command(const configuration_file&, bool quick, const tls::backend&);
int certs_command(const configuration_file&, bool as_json, const tls::backend&);
int dump_command(const configuration_file&);
int directives_command(const std::string& name); // empty: all of them
int version_command(const tls::backend&);
int completions_command(const std::string& shell);
int run_command(const configuration_file&, const tls::backend&);

// Not for people: what the master starts. `user` and `group` are -1 when nothing is to be dropped.
int worker_command(int socket, long user, long group, const tls::backend&);
int signer_command(int socket, long user, long group, const tls::backend&);

// "postern 0.1.0 (BoringSSL API 17)"
std::string version_line(const tls::backend&);

}
