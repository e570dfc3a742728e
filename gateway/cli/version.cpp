#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"
#include "gateway/resolver/find_name.hpp"

#include <iomanip>
#include <iostream>

namespace postern::gateway {
namespace {

std::string_view word_of(tls::support level) {
    switch (level) {
    case tls::support::full: return "yes";
    case tls::support::partial: return "partly";
    case tls::support::absent: return "no";
    }
    return "";
}

}

std::string version_line(const tls::backend& library) {
    return "postern " POSTERN_VERSION " (" + std::string(library.name()) + ' ' + library.version() +
           ')';
}

int version_command(const tls::backend& library) {
    std::cout << version_line(library) << "\n\nWhat " << library.name() << " can do:\n";
    for (auto& c : library.capabilities()) {
        auto what = std::string(c.directive) + (c.what.empty() ? "" : " ") + std::string(c.what);
        std::cout << "  " << std::left << std::setw(38) << what << "  " << std::setw(6)
                  << word_of(c.level);
        if (!c.reason.empty()) std::cout << "  " << c.reason;
        std::cout << "\n";
    }
    auto dns = resolver_version();
    std::cout << "\nresolver: " << (dns.empty() ? "no: built without one" : dns) << "\n";
    return fine;
}

}
