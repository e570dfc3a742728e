#include "gateway/certificates/shelves.hpp"

#include "gateway/shared/sealed_memory.hpp"

#include <cerrno>

namespace postern::gateway {

result<void> shelves::take(bundle& b) {
    std::map<std::string, std::shared_ptr<const tls::catalog>> fresh;
    for (auto& f : b.folders) {
        auto memory = sealed_memory::adopt(std::move(f.memory));
        if (!memory) return memory.error();
        auto held = std::make_shared<const sealed_memory>(std::move(*memory));
        auto& catalog = fresh[f.path] = tls::catalog::open(held->bytes(), held);
        if (!catalog) return boost::system::error_code(EPROTO, boost::system::system_category());
    }
    std::erase_if(all_, [&](auto& known) { return !fresh.contains(known.first); });
    for (auto& [path, catalog] : fresh) {
        auto& shelf = all_[path];
        if (!shelf) shelf = std::make_shared<tls::catalog_shelf>();
        shelf->now = std::move(catalog);
    }
    return {};
}

std::shared_ptr<const tls::catalog_shelf> shelves::find(const std::string& path) const {
    auto at = all_.find(path);
    return at == all_.end() ? nullptr : at->second;
}

}
