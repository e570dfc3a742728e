#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace postern::test {

// A folder that goes away with the object.
class temp_dir {
public:
    temp_dir();
    temp_dir(const temp_dir&) = delete;
    temp_dir& operator=(const temp_dir&) = delete;
    ~temp_dir();

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

// What a program printed (both streams) and how it ended; it gets no input. Stops it after the
// deadline.
struct ran {
    std::string output;
    int status = -1; // exit status; -1: it was stopped
};
ran run_program(const std::vector<std::string>& words, int seconds = 20);

// A certificate, made on the spot by the `openssl` command, as PEM texts.
struct identity {
    std::string certificate, key;
};
struct wanted {
    std::string key = "ecdsa"; // or "rsa", "ed25519"
    std::string name = "mail.example";
    int days = 30;           // negative: expired so long ago
    std::string phrase = {}; // encrypts the key (PKCS #8)
    std::string file = {};   // "traditional": RFC 1421 headers instead

    // Extensions in the words of openssl's configuration, one a line:
    // "subjectAltName = DNS:a.example, IP:192.0.2.1".
    std::string extensions = {};
    const identity* issuer = nullptr; // who signs; null: itself
};
identity make_identity(const wanted&);

// Extensions of a certificate that may sign others.
inline constexpr auto ca_extensions =
    "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign";

// A CRL of that issuer, as PEM, with these certificates in it. Negative days: expired so long ago.
std::string make_crl(
    const identity& issuer, const std::vector<identity>& revoked = {}, int days = 30
);

// Made once for a test program.
const identity& ecdsa_identity();
const identity& rsa_identity();

}
