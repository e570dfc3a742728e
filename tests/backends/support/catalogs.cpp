#include "tests/backends/support/catalogs.hpp"

#include "backends/tls/backend.hpp"
#include "backends/tls/server_names.hpp"

#include <stdexcept>

namespace postern::tls::test {

std::string catalog_bytes(const std::vector<listed>& all) {
    std::string out;
    catalog_writer writer([&](std::span<const std::byte> some) {
        out.append(reinterpret_cast<const char*>(some.data()), some.size());
        return true;
    });
    auto library = make_backend();
    for (auto& one : all) {
        config::file certificate{one.path, std::make_shared<const secret>(one.pair.certificate)},
            key{one.path, std::make_shared<const secret>(one.pair.key)};
        std::vector<config::complaint> complaints;
        auto pair = read_key_pair(certificate, key, complaints);
        if (!pair) throw std::runtime_error(complaints.at(0).text);
        auto names = one.names;
        for (auto& name : names_in(pair->leaf))
            if (one.names.empty()) names += (names.empty() ? "" : "\n") + name;
        catalog_entry e;
        auto all_of_it = one.pair.certificate + one.pair.key + one.path;
        e.id = library->primitives().sha256(std::as_bytes(std::span(all_of_it)));
        e.chain.assign(pair->chain.begin(), pair->chain.end());
        e.key = pair->key.reveal();
        e.kind = pair->leaf.key;
        e.not_after = pair->leaf.not_after;
        e.names = names;
        e.certificate_path = e.key_path = one.path;
        writer.add(e);
    }
    writer.finish();
    return out;
}

std::shared_ptr<const catalog> catalog_of(const std::vector<listed>& all) {
    auto bytes = std::make_shared<const std::string>(catalog_bytes(all));
    return catalog::open(std::as_bytes(std::span(*bytes)), bytes);
}

}
