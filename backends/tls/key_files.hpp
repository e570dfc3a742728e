#pragma once

#include "backends/tls/certificate.hpp"
#include "backends/tls/signing.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/tls.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// One certificate of a server, with everything that a library needs to load it.
struct key_pair {
    std::vector<std::string> chain; // DER, the leaf first; never empty
    certificate leaf;
    secret key; // PEM, one block, perhaps encrypted
    bool encrypted = false;
    std::optional<key_id> elsewhere; // the key is in another process (withheld_keys.hpp): no PEM
    std::string certificate_path, key_path;
};

// One certificate and its key, read from their files. Nothing after an error; a certificate that is
// expired, or not valid yet, is a warning.
std::optional<key_pair>
read_key_pair(const config::file& certificate, const config::file& key, std::vector<config::complaint>&);

// ssl_certificate and ssl_certificate_key, read; a complaint names directive and file. What has an
// error is left out; a certificate that is expired, or not valid yet, is a warning.
std::vector<key_pair> read_key_pairs(const config::tls_settings&, std::vector<config::complaint>&);

// Whether a PEM block of that label is a private key as libraries here read them.
bool is_key(std::string_view label);
// Whether a block that is one needs a pass phrase.
bool is_encrypted(std::string_view pem);

// The lines of ssl_password_file, to be tried in turn. None when there is no such file.
std::vector<secret> pass_phrases(const config::tls_settings&, std::vector<config::complaint>&);

// Complaints that both libraries word alike.
config::complaint key_unreadable(const key_pair&, bool any_phrase, std::string_view library_words);
config::complaint key_does_not_match(const key_pair&);

}
