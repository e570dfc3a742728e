#include "config/directive/all.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::config {

namespace {

std::vector<row<settings>> join_process_rows() {
    std::vector<row<settings>> out;
    for (auto part : {process_part_rows(), log_rows()})
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

std::vector<row<server_settings>> join_server_rows() {
    std::vector<row<server_settings>> out;
    for (auto part :
         {general_rows(),
          budget_rows(),
          tls_rows(),
          handshake_rows(),
          ticket_rows(),
          many_names_rows(),
          verify_rows(),
          real_ip_rows(),
          protocol_rows(),
          proxy_rows(),
          outward_rows(),
          proxy_tls_rows(),
          lookup_rows(),
          auth_http_tls_rows(),
          error_log_rows()})
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

std::vector<row<route_settings>> join_route_rows() {
    std::vector<row<route_settings>> out;
    for (auto part : {lookup_route_rows(), outward_route_rows(), proxy_tls_route_rows()})
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

std::vector<const directive*> join_directives() {
    std::vector<const directive*> out;
    for (auto& r : process_rows())
        out.push_back(&r.about);
    // What the top of the file has, too, is there already.
    for (auto& r : server_rows())
        if ((r.about.where & in_main) == 0) out.push_back(&r.about);
    for (auto& r : certificate_rows())
        out.push_back(&r.about);
    // What means the same for a server is there already.
    for (auto& r : route_rows())
        if ((r.about.where & in_server) == 0) out.push_back(&r.about);
    return out;
}

}

std::span<const row<settings>> process_rows() {
    static const auto rows = join_process_rows();
    return rows;
}

std::span<const row<server_settings>> server_rows() {
    static const auto rows = join_server_rows();
    return rows;
}

std::span<const row<route_settings>> route_rows() {
    static const auto rows = join_route_rows();
    return rows;
}

const std::vector<const directive*>& all_directives() {
    static const auto all = join_directives();
    return all;
}

std::vector<const directive*> find_directives(std::string_view name, unsigned where) {
    std::vector<const directive*> out;
    for (auto d : all_directives())
        if (d->name == name && (d->where & where) != 0) out.push_back(d);
    return out;
}

std::vector<std::string_view> names_in(unsigned where) {
    std::vector<std::string_view> out;
    for (auto d : all_directives())
        if ((d->where & where) != 0 && std::ranges::find(out, d->name) == out.end())
            out.push_back(d->name);
    return out;
}

std::string contexts_text(unsigned where) {
    constexpr std::array<std::pair<unsigned, std::string_view>, 5> names{
        {{in_main, "the top of the file"},
         {in_mail, "[mail]"},
         {in_server, "[[mail.server]]"},
         {in_certificate, "[[mail.certificate]] or [[mail.server.certificate]]"},
         {in_route, "[[mail.route]] or [[mail.server.route]]"}}
    };
    std::string out;
    for (auto& [bit, text] : names)
        if ((where & bit) != 0) out += (out.empty() ? "" : " or ") + std::string(text);
    return out;
}

}
