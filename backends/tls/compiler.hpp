#pragma once

#include "backends/tls/backend.hpp"
#include "backends/tls/client_plan.hpp"
#include "backends/tls/crypto.hpp"
#include "backends/tls/key_files.hpp"
#include "backends/tls/plan.hpp"
#include "backends/tls/verifier_shelf.hpp"

#include <memory>
#include <string>
#include <vector>

namespace postern::tls {

// The part of a backend that is alike for every library: settings into a plan, a plan and
// certificates into contexts. An adapter fills in what differs.
class compiler : public backend {
public:
    compiled compile(const config::tls_settings&, std::string_view alpn, const session_services&)
        const final;
    compiled_client compile_client(const config::proxy_tls_settings&, std::string_view protocol)
        const final;

    std::shared_ptr<const verifier> trusting(trust) const final;

    // What an adapter says of its library ----------------------------------------------------

    // Names library, version and whatever else decides whether a serialised session can be read
    // again.
    virtual std::string session_format() const = 0;

    // The library's part in judging a certificate.
    virtual path_prover prover() const = 0;

    // What the library has and a mail server can use; and whether it can treat some as equals.
    virtual const std::vector<const suite*>& suites() const = 0;
    virtual bool has_equal_suites() const = 0;

    // ssl_protocols: what the library has of it; complaints about the rest. May be empty, then
    // with an error.
    virtual config::tls_versions
    read_versions(const config::tls_settings&, std::vector<config::complaint>&) const = 0;

    // Of ssl_ciphers, evaluated: what these versions can use. All of it, unless a library needs
    // help.
    virtual std::vector<std::uint16_t> usable(config::tls_versions, const cipher_list&) const;

    // Whether this process is fit for the library; complaints when not.
    virtual void check_process(std::vector<config::complaint>&) const {}

    // One context around one certificate, after a handshake with itself in memory. Null with at
    // least one error among the complaints.
    virtual std::shared_ptr<const context>
    make(const context_plan&, const key_pair&, std::vector<config::complaint>&) const = 0;

    // The client's side. Null with at least one error among the complaints, which name a server's
    // directives.
    virtual std::shared_ptr<const client> make_client(client_plan, std::vector<config::complaint>&)
        const = 0;

private:
    mutable verifier_shelf verifiers_;
};

// That a rehearsal of the certificate failed, in the library's words.
config::complaint rehearsal_failed(const key_pair&, const std::string& words);

}
