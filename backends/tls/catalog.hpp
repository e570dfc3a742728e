#pragma once

#include "backends/tls/certificate.hpp"
#include "backends/tls/key_files.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::tls {

// One certificate of a catalog. Views of whatever holds the bytes.
struct catalog_entry {
    std::array<std::byte, 32> id{};      // another certificate or another key: another id
    std::vector<std::string_view> chain; // DER, the leaf first
    std::string_view key;                // PEM, one block
    bool encrypted = false;
    std::string_view staple; // an OCSP response, as it was read; empty: none
    key_kind kind = key_kind::other;
    std::chrono::system_clock::time_point not_after;
    std::string_view names; // one a line, in small letters, "*.example.org" too
    std::string_view certificate_path, key_path;
};

// With everything that a library needs. Nothing when its leaf is no certificate.
std::optional<key_pair> pair_of(const catalog_entry&);

// Many certificates in one piece of memory, written once and then only read, so that all processes
// can share it: looking one up costs no memory, and none is parsed before it is needed.
class catalog {
public:
    // `bytes` as catalog_writer made them; `holds` keeps them there. Null when they are something
    // else. What is read later is checked against their size, not against lies.
    static std::shared_ptr<const catalog> open(
        std::span<const std::byte> bytes, std::shared_ptr<const void> holds
    );

    std::size_t size() const { return entries_.count; }

    // n < size(). In the order of add().
    catalog_entry entry(std::size_t n) const;

    // The certificates with exactly that name ("*.example.org" is one), the one that expires last
    // first.
    std::vector<std::size_t> find(std::string_view name) const;

private:
    friend class catalog_writer;
    struct blob {
        std::uint64_t at = 0, size = 0;
    };
    struct array {
        std::uint64_t at = 0, count = 0;
    };
    struct record {
        std::array<std::byte, 32> id;
        blob key, staple, names, certificate_path, key_path;
        std::uint64_t first_link, links; // of the chain
        std::int64_t not_after;          // seconds since 1970
        std::uint32_t kind, encrypted;
    };
    struct name {
        blob text;
        std::uint64_t first, count; // among the members
    };
    struct trailer {
        std::uint64_t magic;
        array entries, links, names, members;
    };
    static constexpr std::uint64_t expected = 0x326c746163747370; // "pstcatl2"

    catalog() = default;
    template <class T> T read(const array&, std::uint64_t n) const;
    std::string_view text(const blob&) const;

    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> holds_;
    array entries_, links_, names_, members_;
};

// Writes a catalog from its beginning to its end. Intermediate certificates are written once.
class catalog_writer {
public:
    // Takes the next bytes; false: no more, and finish() says so.
    using sink = std::function<bool(std::span<const std::byte>)>;
    explicit catalog_writer(sink);
    ~catalog_writer();

    void add(const catalog_entry&);
    bool finish();

private:
    catalog::blob put(std::string_view);
    template <class T> catalog::array put_all(const std::vector<T>&);
    void flush();
    std::vector<catalog::name> index_names(std::vector<std::uint32_t>& members) const;

    sink sink_;
    std::string buffer_; // keys pass through it, so it never moves and is wiped
    std::uint64_t written_ = 0;
    bool good_ = true;
    std::vector<catalog::record> records_;
    std::vector<catalog::blob> links_;
    std::unordered_map<std::string, catalog::blob> known_; // certificates of issuers
    struct naming {
        catalog::blob text;
        std::vector<std::uint32_t> members;
    };
    std::map<std::string, naming, std::less<>> names_;
};

// What a server looks into. A worker has one for each folder and puts the newest catalog there, so
// that old configurations, which live as long as their sessions, keep no old ones.
struct catalog_shelf {
    std::shared_ptr<const catalog> now;
};

}
