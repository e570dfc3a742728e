#pragma once

#include "config/directive/directive.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace postern::config {

// The tables, one for each thing that directives fill. Within each the order is that of the
// reference and of the dump.
std::span<const row<settings>> process_rows();
std::span<const row<server_settings>> server_rows(); // of [mail] and [[mail.server]]
std::span<const row<route_settings>> route_rows();
std::span<const row<certificate_settings>> certificate_rows();

// Parts of process_rows().
std::span<const row<settings>> process_part_rows();
std::span<const row<settings>> log_rows();

// Parts of server_rows(), each in its own file.
std::span<const row<server_settings>> general_rows();
std::span<const row<server_settings>> budget_rows();
std::span<const row<server_settings>> tls_rows();
std::span<const row<server_settings>> ticket_rows();
std::span<const row<server_settings>> many_names_rows();
std::span<const row<server_settings>> handshake_rows();
std::span<const row<server_settings>> verify_rows();
std::span<const row<server_settings>> real_ip_rows();
std::span<const row<server_settings>> protocol_rows();
std::span<const row<server_settings>> proxy_rows();
std::span<const row<server_settings>> outward_rows();
std::span<const row<server_settings>> proxy_tls_rows();
std::span<const row<server_settings>> lookup_rows();
std::span<const row<server_settings>> auth_http_tls_rows();
std::span<const row<server_settings>> error_log_rows();

// Parts of route_rows(). The first two are those of a server, for a route.
std::span<const row<route_settings>> outward_route_rows();
std::span<const row<route_settings>> proxy_tls_route_rows();
std::span<const row<route_settings>> lookup_route_rows();

// Every directive, in the order of the reference. A name may stand here twice, when it means one
// thing for a server and another for a block within it.
const std::vector<const directive*>& all_directives();

// Those of a name that may stand in one of the contexts.
std::vector<const directive*> find_directives(std::string_view name, unsigned where);

// Names that may stand in one of the contexts, without repetition.
std::vector<std::string_view> names_in(unsigned where);

// Whether nginx has this directive, for mail or at the top of its file, though postern does not.
bool is_only_of_nginx(std::string_view name);

// What to do about such a one; empty when there is nothing.
std::string nginx_advice(std::string_view name);

// "[mail] and [[mail.server]]"
std::string contexts_text(unsigned where);

}
