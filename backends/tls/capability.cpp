#include "backends/tls/capability.hpp"

namespace postern::tls {

const capability* find_capability(
    std::span<const capability> all, std::string_view directive, std::string_view what
) {
    for (auto& one : all)
        if (one.directive == directive && one.what == what) return &one;
    return nullptr;
}

}
