#include "backends/tls/key_files.hpp"

#include "backends/tls/pem.hpp"
#include "backends/tls/withheld_keys.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

namespace postern::tls {

namespace {

using config::complaint;
using config::severity;
using complaints = std::vector<complaint>;

std::string in_quotes(const std::string& path) { return "\"" + path + "\""; }

bool is_read(const config::file& file, std::string directive, complaints& out) {
    if (file.bytes) return true;
    out.push_back(
        {severity::error, std::move(directive), in_quotes(file.path) + " could not be read"}
    );
    return false;
}

// RFC 7914: no library here reads keys that are encrypted by way of scrypt.
bool uses_scrypt(const key_pair& pair) {
    constexpr std::string_view identifier = "\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
    for (auto& block : read_pem(pair.key.reveal()).blocks)
        if (auto der = pem_bytes(block)) return der->find(identifier) != der->npos;
    return false;
}

std::string date_of(std::chrono::system_clock::time_point when) {
    auto seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    char text[32];
    gmtime_r(&seconds, &parts);
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

bool read_chain(const config::file& file, key_pair& pair, complaints& out) {
    if (!is_read(file, "ssl_certificate", out)) return false;
    auto fail = [&](std::string text, std::string hint) {
        out.push_back({severity::error, "ssl_certificate", std::move(text), std::move(hint)});
        return false;
    };
    auto text = read_pem(file.bytes->reveal());
    for (auto& block : text.blocks) {
        if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
        auto der = pem_bytes(block);
        if (!der || !read_certificate(*der))
            return fail(
                "certificate " + std::to_string(pair.chain.size() + 1) + " in " +
                    in_quotes(file.path) + " cannot be understood",
                "the file may be damaged; try: openssl x509 -in FILE -noout -text"
            );
        pair.chain.push_back(std::move(*der));
    }
    if (pair.chain.empty())
        return fail(
            "no certificate in " + in_quotes(file.path),
            text.torn ? "a block begins there and does not end"
                      : "a PEM file holds a line -----BEGIN CERTIFICATE-----"
        );
    pair.leaf = *read_certificate(pair.chain.front());
    pair.certificate_path = file.path;
    return true;
}

bool read_key(const config::file& file, key_pair& pair, complaints& out) {
    if (!is_read(file, "ssl_certificate_key", out)) return false;
    for (auto& block : read_pem(file.bytes->reveal()).blocks) {
        pair.elsewhere = withheld_key_of(block);
        if (!is_key(block.label) && !pair.elsewhere) continue;
        pair.key_path = file.path;
        if (pair.elsewhere) return true;
        pair.encrypted = is_encrypted(block.text.reveal());
        pair.key = std::move(block.text);
        return true;
    }
    out.push_back(
        {severity::error,
         "ssl_certificate_key",
         "no private key in " + in_quotes(file.path),
         "a PEM file holds a line -----BEGIN PRIVATE KEY-----"}
    );
    return false;
}

void check_dates(const key_pair& pair, complaints& out) {
    auto now = std::chrono::system_clock::now();
    auto warn = [&](std::string text, std::string hint) {
        out.push_back({severity::warning, "ssl_certificate", std::move(text), std::move(hint)});
    };
    if (pair.leaf.not_after < now)
        warn(
            "the certificate in " + in_quotes(pair.certificate_path) + " expired at " +
                date_of(pair.leaf.not_after),
            "clients will refuse it; renew it"
        );
    if (pair.leaf.not_before > now)
        warn(
            "the certificate in " + in_quotes(pair.certificate_path) + " is not valid before " +
                date_of(pair.leaf.not_before),
            "is this machine's clock right?"
        );
}

}

std::optional<key_pair> read_key_pair(
    const config::file& certificate, const config::file& key, complaints& out
) {
    key_pair pair;
    auto has_chain = read_chain(certificate, pair, out);
    auto has_key = read_key(key, pair, out);
    if (!has_chain || !has_key) return std::nullopt;
    check_dates(pair, out);
    return pair;
}

bool is_key(std::string_view label) {
    return label == "PRIVATE KEY" || label == "ENCRYPTED PRIVATE KEY" ||
           label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY";
}

// RFC 7468 section 11, and the older way of RFC 1421 headers inside the block.
bool is_encrypted(std::string_view pem) {
    return pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
           pem.find("\nProc-Type: 4,ENCRYPTED") != pem.npos;
}

std::vector<key_pair> read_key_pairs(const config::tls_settings& from, complaints& out) {
    std::vector<key_pair> pairs;
    for (std::size_t i = 0; i < from.certificates.size(); ++i) {
        auto& keys = from.certificate_keys;
        auto& key = i < keys.size() ? keys[i] : from.certificates[i];
        if (auto pair = read_key_pair(from.certificates[i], key, out))
            pairs.push_back(std::move(*pair));
    }
    auto& others = from.names;
    if (from.certificates.empty() && others.certificates.empty() && others.folder.empty())
        out.push_back({severity::error, "ssl_certificate", "there is none"});
    if (from.certificate_keys.size() > from.certificates.size())
        out.push_back(
            {severity::error,
             "ssl_certificate_key",
             "there are more keys than certificates",
             "the first key belongs to the first ssl_certificate, and so on"}
        );
    return pairs;
}

std::vector<secret> pass_phrases(const config::tls_settings& from, complaints& out) {
    std::vector<secret> phrases;
    if (from.password_file.path.empty()) return phrases;
    if (!is_read(from.password_file, "ssl_password_file", out)) return phrases;
    constexpr std::size_t most = 1000; // each one costs a key derivation
    auto rest = from.password_file.bytes->reveal();
    while (!rest.empty() && phrases.size() < most) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) phrases.emplace_back(line);
    }
    return phrases;
}

complaint key_unreadable(const key_pair& pair, bool any_phrase, std::string_view library_words) {
    complaint out{severity::error, "ssl_certificate_key", {}, {}};
    if (!pair.encrypted) {
        out.text = "the private key in " + in_quotes(pair.key_path) + " cannot be loaded";
        if (!library_words.empty()) out.text += " (" + std::string(library_words) + ")";
    } else if (any_phrase) {
        out.text = "no pass phrase in ssl_password_file opens the private key in " +
                   in_quotes(pair.key_path);
        if (uses_scrypt(pair))
            out.hint = "it is encrypted by way of scrypt, which this TLS library does not know; "
                       "try: openssl pkcs8 -topk8 -v2 aes-256-cbc";
    } else {
        out.text = "the private key in " + in_quotes(pair.key_path) + " is encrypted";
        out.hint = "ssl_password_file names a file with its pass phrase";
    }
    return out;
}

complaint key_does_not_match(const key_pair& pair) {
    return {
        severity::error,
        "ssl_certificate_key",
        "the private key in " + in_quotes(pair.key_path) +
            " does not belong to the certificate in " + in_quotes(pair.certificate_path),
        "the key of the first certificate in the file is needed"};
}

}
