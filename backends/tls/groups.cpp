#include "backends/tls/groups.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

// clang-format off
constexpr group groups[] = {
    {4588,  "X25519MLKEM768",     "",            ""         },
    {29,    "X25519",             "",            ""         },
    {23,    "P-256",              "prime256v1",  "secp256r1"},
    {24,    "P-384",              "secp384r1",   ""         },
    {25,    "P-521",              "secp521r1",   ""         },
    {30,    "X448",               "",            ""         },
    {4587,  "SecP256r1MLKEM768",  "",            ""         },
    {4589,  "SecP384r1MLKEM1024", "",            ""         },
    {256,   "ffdhe2048",          "",            ""         },
    {257,   "ffdhe3072",          "",            ""         },
    {258,   "ffdhe4096",          "",            ""         },
    {259,   "ffdhe6144",          "",            ""         },
    {260,   "ffdhe8192",          "",            ""         },
    {26,    "brainpoolP256r1",    "",            ""         },
    {27,    "brainpoolP384r1",    "",            ""         },
    {28,    "brainpoolP512r1",    "",            ""         },
    {21,    "P-224",              "secp224r1",   ""         },
    {22,    "secp256k1",          "",            ""         },
    {19,    "P-192",              "prime192v1",  "secp192r1"},
    {25497, "X25519Kyber768Draft00", "",         ""         },
};
// clang-format on

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
    return !a.empty() &&
           std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}

std::span<const group> all_groups() { return groups; }

const group* find_group(std::uint16_t id) {
    for (auto& g : groups)
        if (g.id == id) return &g;
    return nullptr;
}

const group* find_group(std::string_view name) {
    for (auto& g : groups)
        if (same(g.name, name) || same(g.also, name) || same(g.too, name)) return &g;
    return nullptr;
}

}
