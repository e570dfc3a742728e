#include "protocols/sasl/external.hpp"

#include "backends/tls/certificate.hpp"
#include "backends/tls/peer.hpp"

#include <algorithm>

namespace postern::sasl {

namespace {

std::vector<std::string> names_in(const tls::certificate& leaf, config::client_identity which) {
    switch (which) {
    case config::client_identity::email: return leaf.names.email;
    case config::client_identity::subject_email: return tls::subject_emails(leaf.subject);
    case config::client_identity::dns: return leaf.names.dns;
    case config::client_identity::cn: break;
    }
    return tls::common_names(leaf.subject);
}

// A name with a control byte could end a line somewhere; nobody is called so.
bool is_odd(const std::string& name) {
    auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    return name.empty() || std::ranges::any_of(name, control);
}

}

std::vector<std::string> identities_of(const tls::facts* facts, config::client_identity which) {
    if (!facts || !facts->shown || facts->shown->said != tls::verdict::ok) return {};
    auto leaf = tls::read_certificate(facts->shown->leaf);
    if (!leaf) return {};
    auto names = names_in(*leaf, which);
    std::erase_if(names, is_odd);
    return names;
}

}
