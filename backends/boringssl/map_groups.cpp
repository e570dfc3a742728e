#include "backends/boringssl/map_groups.hpp"

#include "backends/tls/groups.hpp"

#include <string>

namespace postern::tls::boringssl {

namespace {

// The first names of the common table are the library's.
std::vector<std::uint16_t> find_groups() {
    std::vector<std::uint16_t> out;
    ctx_handle ctx(SSL_CTX_new(TLS_with_buffers_method()));
    for (auto& g : all_groups())
        if (ctx && SSL_CTX_set1_curves_list(ctx.get(), std::string(g.name).c_str()) == 1)
            out.push_back(g.id);
    ERR_clear_error();
    return out;
}

}

const std::vector<std::uint16_t>& library_groups() {
    static const auto found = find_groups();
    return found;
}

void use_groups(SSL_CTX* ctx, std::span<const std::uint16_t> groups) {
    std::string names;
    for (auto id : groups)
        if (auto* known = find_group(id)) {
            if (!names.empty()) names += ':';
            names += known->name;
        }
    if (!names.empty()) SSL_CTX_set1_curves_list(ctx, names.c_str());
}

}
