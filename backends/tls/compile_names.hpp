#pragma once

#include "backends/tls/compiler.hpp"
#include "backends/tls/server_names.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::tls {

// What the certificates of one server are compiled with.
struct compiling {
    const compiler& library; // outlives the server
    const config::tls_settings& settings;
    const context_plan& plan;
    const session_services& services;
};

// [[mail.certificate]], ssl_certificate_dir and ssl_reject_unknown_sni. `made` are the contexts of
// ssl_certificate and `named` whom each of them serves; where there are none, a default is added.
// Null when that is all there is, and everyone gets it.
std::shared_ptr<server_names>
compile_names(const compiling&, const std::vector<std::vector<std::string>>& named, std::vector<std::shared_ptr<const context>>& made, std::vector<config::complaint>&);

}
