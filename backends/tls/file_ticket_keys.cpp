#include "backends/tls/file_ticket_keys.hpp"

#include "backends/tls/hkdf.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}

// Gateways that share a file must agree on these words in every version of postern.
ticket_key ticket_key_from(const crypto& with, std::string_view file) {
    auto root = hkdf_extract(with, bytes_of("postern ssl_session_ticket_key"), bytes_of(file));
    ticket_key key;
    hkdf_expand(with, root, bytes_of("name"), key.name);
    hkdf_expand(with, root, bytes_of("secret"), key.secret);
    return key;
}

file_ticket_keys::file_ticket_keys(const crypto& with, std::span<const config::file> files) {
    keys_.reserve(files.size()); // no copies of secrets where a vector has grown
    for (auto& file : files)
        if (file.bytes && config::ticket_settings::is_key_size(file.bytes->reveal().size()))
            keys_.push_back(ticket_key_from(with, file.bytes->reveal()));
}

std::optional<ticket_keys::found> file_ticket_keys::opening(std::span<const std::byte, 16> name) {
    auto is = [&](const ticket_key& key) { return std::ranges::equal(key.name, name); };
    auto at = std::ranges::find_if(keys_, is);
    if (at == keys_.end()) return std::nullopt;
    return found{*at, at == keys_.begin()};
}

}
