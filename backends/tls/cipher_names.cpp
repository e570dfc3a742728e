#include "backends/tls/cipher_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::tls {

namespace {

using v = config::tls_version;
using k = key_exchange;
using a = authentication;
using e = encryption;
using m = integrity;

// clang-format off
constexpr suite table[] = {
    {0x1302, "TLS_AES_256_GCM_SHA384", v::tls1_3, k::any, a::any, e::aes_gcm, 256, m::aead, false},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256", v::tls1_3, k::any, a::any, e::chacha20, 256, m::aead, false},
    {0x1301, "TLS_AES_128_GCM_SHA256", v::tls1_3, k::any, a::any, e::aes_gcm, 128, m::aead, false},
    {0x1304, "TLS_AES_128_CCM_SHA256", v::tls1_3, k::any, a::any, e::aes_ccm, 128, m::aead, true},
    {0x1305, "TLS_AES_128_CCM_8_SHA256", v::tls1_3, k::any, a::any, e::aes_ccm8, 128, m::aead, true},
    {0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_gcm, 256, m::aead, true},
    {0xc030, "ECDHE-RSA-AES256-GCM-SHA384", v::tls1_2, k::ecdhe, a::rsa, e::aes_gcm, 256, m::aead, true},
    {0x00a3, "DHE-DSS-AES256-GCM-SHA384", v::tls1_2, k::dhe, a::dss, e::aes_gcm, 256, m::aead, false},
    {0x009f, "DHE-RSA-AES256-GCM-SHA384", v::tls1_2, k::dhe, a::rsa, e::aes_gcm, 256, m::aead, true},
    {0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305", v::tls1_2, k::ecdhe, a::ecdsa, e::chacha20, 256, m::aead, true},
    {0xcca8, "ECDHE-RSA-CHACHA20-POLY1305", v::tls1_2, k::ecdhe, a::rsa, e::chacha20, 256, m::aead, true},
    {0xccaa, "DHE-RSA-CHACHA20-POLY1305", v::tls1_2, k::dhe, a::rsa, e::chacha20, 256, m::aead, true},
    {0xc0af, "ECDHE-ECDSA-AES256-CCM8", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_ccm8, 256, m::aead, false},
    {0xc0ad, "ECDHE-ECDSA-AES256-CCM", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_ccm, 256, m::aead, false},
    {0xc0a3, "DHE-RSA-AES256-CCM8", v::tls1_2, k::dhe, a::rsa, e::aes_ccm8, 256, m::aead, false},
    {0xc09f, "DHE-RSA-AES256-CCM", v::tls1_2, k::dhe, a::rsa, e::aes_ccm, 256, m::aead, false},
    {0xc05d, "ECDHE-ECDSA-ARIA256-GCM-SHA384", v::tls1_2, k::ecdhe, a::ecdsa, e::aria_gcm, 256, m::aead, false},
    {0xc061, "ECDHE-ARIA256-GCM-SHA384", v::tls1_2, k::ecdhe, a::rsa, e::aria_gcm, 256, m::aead, false},
    {0xc057, "DHE-DSS-ARIA256-GCM-SHA384", v::tls1_2, k::dhe, a::dss, e::aria_gcm, 256, m::aead, false},
    {0xc053, "DHE-RSA-ARIA256-GCM-SHA384", v::tls1_2, k::dhe, a::rsa, e::aria_gcm, 256, m::aead, false},
    {0x00a7, "ADH-AES256-GCM-SHA384", v::tls1_2, k::dhe, a::none, e::aes_gcm, 256, m::aead, false},
    {0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_gcm, 128, m::aead, true},
    {0xc02f, "ECDHE-RSA-AES128-GCM-SHA256", v::tls1_2, k::ecdhe, a::rsa, e::aes_gcm, 128, m::aead, true},
    {0x00a2, "DHE-DSS-AES128-GCM-SHA256", v::tls1_2, k::dhe, a::dss, e::aes_gcm, 128, m::aead, false},
    {0x009e, "DHE-RSA-AES128-GCM-SHA256", v::tls1_2, k::dhe, a::rsa, e::aes_gcm, 128, m::aead, true},
    {0xc0ae, "ECDHE-ECDSA-AES128-CCM8", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_ccm8, 128, m::aead, false},
    {0xc0ac, "ECDHE-ECDSA-AES128-CCM", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_ccm, 128, m::aead, false},
    {0xc0a2, "DHE-RSA-AES128-CCM8", v::tls1_2, k::dhe, a::rsa, e::aes_ccm8, 128, m::aead, false},
    {0xc09e, "DHE-RSA-AES128-CCM", v::tls1_2, k::dhe, a::rsa, e::aes_ccm, 128, m::aead, false},
    {0xc05c, "ECDHE-ECDSA-ARIA128-GCM-SHA256", v::tls1_2, k::ecdhe, a::ecdsa, e::aria_gcm, 128, m::aead, false},
    {0xc060, "ECDHE-ARIA128-GCM-SHA256", v::tls1_2, k::ecdhe, a::rsa, e::aria_gcm, 128, m::aead, false},
    {0xc056, "DHE-DSS-ARIA128-GCM-SHA256", v::tls1_2, k::dhe, a::dss, e::aria_gcm, 128, m::aead, false},
    {0xc052, "DHE-RSA-ARIA128-GCM-SHA256", v::tls1_2, k::dhe, a::rsa, e::aria_gcm, 128, m::aead, false},
    {0x00a6, "ADH-AES128-GCM-SHA256", v::tls1_2, k::dhe, a::none, e::aes_gcm, 128, m::aead, false},
    {0xc024, "ECDHE-ECDSA-AES256-SHA384", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_cbc, 256, m::sha384, true},
    {0xc028, "ECDHE-RSA-AES256-SHA384", v::tls1_2, k::ecdhe, a::rsa, e::aes_cbc, 256, m::sha384, true},
    {0x006b, "DHE-RSA-AES256-SHA256", v::tls1_2, k::dhe, a::rsa, e::aes_cbc, 256, m::sha256, true},
    {0x006a, "DHE-DSS-AES256-SHA256", v::tls1_2, k::dhe, a::dss, e::aes_cbc, 256, m::sha256, false},
    {0xc073, "ECDHE-ECDSA-CAMELLIA256-SHA384", v::tls1_2, k::ecdhe, a::ecdsa, e::camellia, 256, m::sha384, false},
    {0xc077, "ECDHE-RSA-CAMELLIA256-SHA384", v::tls1_2, k::ecdhe, a::rsa, e::camellia, 256, m::sha384, false},
    {0x00c4, "DHE-RSA-CAMELLIA256-SHA256", v::tls1_2, k::dhe, a::rsa, e::camellia, 256, m::sha256, false},
    {0x00c3, "DHE-DSS-CAMELLIA256-SHA256", v::tls1_2, k::dhe, a::dss, e::camellia, 256, m::sha256, false},
    {0x006d, "ADH-AES256-SHA256", v::tls1_2, k::dhe, a::none, e::aes_cbc, 256, m::sha256, false},
    {0x00c5, "ADH-CAMELLIA256-SHA256", v::tls1_2, k::dhe, a::none, e::camellia, 256, m::sha256, false},
    {0xc023, "ECDHE-ECDSA-AES128-SHA256", v::tls1_2, k::ecdhe, a::ecdsa, e::aes_cbc, 128, m::sha256, true},
    {0xc027, "ECDHE-RSA-AES128-SHA256", v::tls1_2, k::ecdhe, a::rsa, e::aes_cbc, 128, m::sha256, true},
    {0x0067, "DHE-RSA-AES128-SHA256", v::tls1_2, k::dhe, a::rsa, e::aes_cbc, 128, m::sha256, true},
    {0x0040, "DHE-DSS-AES128-SHA256", v::tls1_2, k::dhe, a::dss, e::aes_cbc, 128, m::sha256, false},
    {0xc072, "ECDHE-ECDSA-CAMELLIA128-SHA256", v::tls1_2, k::ecdhe, a::ecdsa, e::camellia, 128, m::sha256, false},
    {0xc076, "ECDHE-RSA-CAMELLIA128-SHA256", v::tls1_2, k::ecdhe, a::rsa, e::camellia, 128, m::sha256, false},
    {0x00be, "DHE-RSA-CAMELLIA128-SHA256", v::tls1_2, k::dhe, a::rsa, e::camellia, 128, m::sha256, false},
    {0x00bd, "DHE-DSS-CAMELLIA128-SHA256", v::tls1_2, k::dhe, a::dss, e::camellia, 128, m::sha256, false},
    {0x006c, "ADH-AES128-SHA256", v::tls1_2, k::dhe, a::none, e::aes_cbc, 128, m::sha256, false},
    {0x00bf, "ADH-CAMELLIA128-SHA256", v::tls1_2, k::dhe, a::none, e::camellia, 128, m::sha256, false},
    {0xc00a, "ECDHE-ECDSA-AES256-SHA", v::tls1, k::ecdhe, a::ecdsa, e::aes_cbc, 256, m::sha1, true},
    {0xc014, "ECDHE-RSA-AES256-SHA", v::tls1, k::ecdhe, a::rsa, e::aes_cbc, 256, m::sha1, true},
    {0x0039, "DHE-RSA-AES256-SHA", v::ssl3, k::dhe, a::rsa, e::aes_cbc, 256, m::sha1, true},
    {0x0038, "DHE-DSS-AES256-SHA", v::ssl3, k::dhe, a::dss, e::aes_cbc, 256, m::sha1, false},
    {0x0088, "DHE-RSA-CAMELLIA256-SHA", v::ssl3, k::dhe, a::rsa, e::camellia, 256, m::sha1, false},
    {0x0087, "DHE-DSS-CAMELLIA256-SHA", v::ssl3, k::dhe, a::dss, e::camellia, 256, m::sha1, false},
    {0xc019, "AECDH-AES256-SHA", v::tls1, k::ecdhe, a::none, e::aes_cbc, 256, m::sha1, false},
    {0x003a, "ADH-AES256-SHA", v::ssl3, k::dhe, a::none, e::aes_cbc, 256, m::sha1, false},
    {0x0089, "ADH-CAMELLIA256-SHA", v::ssl3, k::dhe, a::none, e::camellia, 256, m::sha1, false},
    {0xc009, "ECDHE-ECDSA-AES128-SHA", v::tls1, k::ecdhe, a::ecdsa, e::aes_cbc, 128, m::sha1, true},
    {0xc013, "ECDHE-RSA-AES128-SHA", v::tls1, k::ecdhe, a::rsa, e::aes_cbc, 128, m::sha1, true},
    {0x0033, "DHE-RSA-AES128-SHA", v::ssl3, k::dhe, a::rsa, e::aes_cbc, 128, m::sha1, true},
    {0x0032, "DHE-DSS-AES128-SHA", v::ssl3, k::dhe, a::dss, e::aes_cbc, 128, m::sha1, false},
    {0x0045, "DHE-RSA-CAMELLIA128-SHA", v::ssl3, k::dhe, a::rsa, e::camellia, 128, m::sha1, false},
    {0x0044, "DHE-DSS-CAMELLIA128-SHA", v::ssl3, k::dhe, a::dss, e::camellia, 128, m::sha1, false},
    {0xc018, "AECDH-AES128-SHA", v::tls1, k::ecdhe, a::none, e::aes_cbc, 128, m::sha1, false},
    {0x0034, "ADH-AES128-SHA", v::ssl3, k::dhe, a::none, e::aes_cbc, 128, m::sha1, false},
    {0x0046, "ADH-CAMELLIA128-SHA", v::ssl3, k::dhe, a::none, e::camellia, 128, m::sha1, false},
    {0xc008, "ECDHE-ECDSA-DES-CBC3-SHA", v::tls1, k::ecdhe, a::ecdsa, e::triple_des, 112, m::sha1, false},
    {0xc012, "ECDHE-RSA-DES-CBC3-SHA", v::tls1, k::ecdhe, a::rsa, e::triple_des, 112, m::sha1, false},
    {0x0016, "DHE-RSA-DES-CBC3-SHA", v::ssl3, k::dhe, a::rsa, e::triple_des, 112, m::sha1, false},
    {0x0013, "DHE-DSS-DES-CBC3-SHA", v::ssl3, k::dhe, a::dss, e::triple_des, 112, m::sha1, false},
    {0xc017, "AECDH-DES-CBC3-SHA", v::tls1, k::ecdhe, a::none, e::triple_des, 112, m::sha1, false},
    {0x001b, "ADH-DES-CBC3-SHA", v::ssl3, k::dhe, a::none, e::triple_des, 112, m::sha1, false},
    {0xc007, "ECDHE-ECDSA-RC4-SHA", v::tls1, k::ecdhe, a::ecdsa, e::rc4, 128, m::sha1, false},
    {0xc011, "ECDHE-RSA-RC4-SHA", v::tls1, k::ecdhe, a::rsa, e::rc4, 128, m::sha1, false},
    {0xc016, "AECDH-RC4-SHA", v::tls1, k::ecdhe, a::none, e::rc4, 128, m::sha1, false},
    {0x0018, "ADH-RC4-MD5", v::ssl3, k::dhe, a::none, e::rc4, 128, m::md5, false},
    {0xc006, "ECDHE-ECDSA-NULL-SHA", v::tls1, k::ecdhe, a::ecdsa, e::null, 0, m::sha1, true},
    {0xc010, "ECDHE-RSA-NULL-SHA", v::tls1, k::ecdhe, a::rsa, e::null, 0, m::sha1, true},
    {0xc015, "AECDH-NULL-SHA", v::tls1, k::ecdhe, a::none, e::null, 0, m::sha1, true},
    {0x00ad, "RSA-PSK-AES256-GCM-SHA384", v::tls1_2, k::rsa_psk, a::rsa, e::aes_gcm, 256, m::aead, true},
    {0x00ab, "DHE-PSK-AES256-GCM-SHA384", v::tls1_2, k::dhe_psk, a::psk, e::aes_gcm, 256, m::aead, true},
    {0xccae, "RSA-PSK-CHACHA20-POLY1305", v::tls1_2, k::rsa_psk, a::rsa, e::chacha20, 256, m::aead, true},
    {0xccad, "DHE-PSK-CHACHA20-POLY1305", v::tls1_2, k::dhe_psk, a::psk, e::chacha20, 256, m::aead, true},
    {0xccac, "ECDHE-PSK-CHACHA20-POLY1305", v::tls1_2, k::ecdhe_psk, a::psk, e::chacha20, 256, m::aead, true},
    {0xc0ab, "DHE-PSK-AES256-CCM8", v::tls1_2, k::dhe_psk, a::psk, e::aes_ccm8, 256, m::aead, false},
    {0xc0a7, "DHE-PSK-AES256-CCM", v::tls1_2, k::dhe_psk, a::psk, e::aes_ccm, 256, m::aead, false},
    {0xc06f, "RSA-PSK-ARIA256-GCM-SHA384", v::tls1_2, k::rsa_psk, a::rsa, e::aria_gcm, 256, m::aead, false},
    {0xc06d, "DHE-PSK-ARIA256-GCM-SHA384", v::tls1_2, k::dhe_psk, a::psk, e::aria_gcm, 256, m::aead, false},
    {0x009d, "AES256-GCM-SHA384", v::tls1_2, k::rsa, a::rsa, e::aes_gcm, 256, m::aead, true},
    {0xc0a1, "AES256-CCM8", v::tls1_2, k::rsa, a::rsa, e::aes_ccm8, 256, m::aead, false},
    {0xc09d, "AES256-CCM", v::tls1_2, k::rsa, a::rsa, e::aes_ccm, 256, m::aead, false},
    {0xc051, "ARIA256-GCM-SHA384", v::tls1_2, k::rsa, a::rsa, e::aria_gcm, 256, m::aead, false},
    {0x00a9, "PSK-AES256-GCM-SHA384", v::tls1_2, k::psk, a::psk, e::aes_gcm, 256, m::aead, true},
    {0xccab, "PSK-CHACHA20-POLY1305", v::tls1_2, k::psk, a::psk, e::chacha20, 256, m::aead, true},
    {0xc0a9, "PSK-AES256-CCM8", v::tls1_2, k::psk, a::psk, e::aes_ccm8, 256, m::aead, false},
    {0xc0a5, "PSK-AES256-CCM", v::tls1_2, k::psk, a::psk, e::aes_ccm, 256, m::aead, false},
    {0xc06b, "PSK-ARIA256-GCM-SHA384", v::tls1_2, k::psk, a::psk, e::aria_gcm, 256, m::aead, false},
    {0x00ac, "RSA-PSK-AES128-GCM-SHA256", v::tls1_2, k::rsa_psk, a::rsa, e::aes_gcm, 128, m::aead, true},
    {0x00aa, "DHE-PSK-AES128-GCM-SHA256", v::tls1_2, k::dhe_psk, a::psk, e::aes_gcm, 128, m::aead, true},
    {0xc0aa, "DHE-PSK-AES128-CCM8", v::tls1_2, k::dhe_psk, a::psk, e::aes_ccm8, 128, m::aead, false},
    {0xc0a6, "DHE-PSK-AES128-CCM", v::tls1_2, k::dhe_psk, a::psk, e::aes_ccm, 128, m::aead, false},
    {0xc06e, "RSA-PSK-ARIA128-GCM-SHA256", v::tls1_2, k::rsa_psk, a::rsa, e::aria_gcm, 128, m::aead, false},
    {0xc06c, "DHE-PSK-ARIA128-GCM-SHA256", v::tls1_2, k::dhe_psk, a::psk, e::aria_gcm, 128, m::aead, false},
    {0x009c, "AES128-GCM-SHA256", v::tls1_2, k::rsa, a::rsa, e::aes_gcm, 128, m::aead, true},
    {0xc0a0, "AES128-CCM8", v::tls1_2, k::rsa, a::rsa, e::aes_ccm8, 128, m::aead, false},
    {0xc09c, "AES128-CCM", v::tls1_2, k::rsa, a::rsa, e::aes_ccm, 128, m::aead, false},
    {0xc050, "ARIA128-GCM-SHA256", v::tls1_2, k::rsa, a::rsa, e::aria_gcm, 128, m::aead, false},
    {0x00a8, "PSK-AES128-GCM-SHA256", v::tls1_2, k::psk, a::psk, e::aes_gcm, 128, m::aead, true},
    {0xc0a8, "PSK-AES128-CCM8", v::tls1_2, k::psk, a::psk, e::aes_ccm8, 128, m::aead, false},
    {0xc0a4, "PSK-AES128-CCM", v::tls1_2, k::psk, a::psk, e::aes_ccm, 128, m::aead, false},
    {0xc06a, "PSK-ARIA128-GCM-SHA256", v::tls1_2, k::psk, a::psk, e::aria_gcm, 128, m::aead, false},
    {0x003d, "AES256-SHA256", v::tls1_2, k::rsa, a::rsa, e::aes_cbc, 256, m::sha256, true},
    {0x00c0, "CAMELLIA256-SHA256", v::tls1_2, k::rsa, a::rsa, e::camellia, 256, m::sha256, false},
    {0x003c, "AES128-SHA256", v::tls1_2, k::rsa, a::rsa, e::aes_cbc, 128, m::sha256, true},
    {0x00ba, "CAMELLIA128-SHA256", v::tls1_2, k::rsa, a::rsa, e::camellia, 128, m::sha256, false},
    {0x003b, "NULL-SHA256", v::tls1_2, k::rsa, a::rsa, e::null, 0, m::sha256, true},
    {0xc038, "ECDHE-PSK-AES256-CBC-SHA384", v::tls1, k::ecdhe_psk, a::psk, e::aes_cbc, 256, m::sha384, true},
    {0xc036, "ECDHE-PSK-AES256-CBC-SHA", v::tls1, k::ecdhe_psk, a::psk, e::aes_cbc, 256, m::sha1, true},
    {0x00b7, "RSA-PSK-AES256-CBC-SHA384", v::tls1, k::rsa_psk, a::rsa, e::aes_cbc, 256, m::sha384, true},
    {0x00b3, "DHE-PSK-AES256-CBC-SHA384", v::tls1, k::dhe_psk, a::psk, e::aes_cbc, 256, m::sha384, true},
    {0x0095, "RSA-PSK-AES256-CBC-SHA", v::ssl3, k::rsa_psk, a::rsa, e::aes_cbc, 256, m::sha1, true},
    {0x0091, "DHE-PSK-AES256-CBC-SHA", v::ssl3, k::dhe_psk, a::psk, e::aes_cbc, 256, m::sha1, true},
    {0xc09b, "ECDHE-PSK-CAMELLIA256-SHA384", v::tls1, k::ecdhe_psk, a::psk, e::camellia, 256, m::sha384, false},
    {0xc099, "RSA-PSK-CAMELLIA256-SHA384", v::tls1, k::rsa_psk, a::rsa, e::camellia, 256, m::sha384, false},
    {0xc097, "DHE-PSK-CAMELLIA256-SHA384", v::tls1, k::dhe_psk, a::psk, e::camellia, 256, m::sha384, false},
    {0x0035, "AES256-SHA", v::ssl3, k::rsa, a::rsa, e::aes_cbc, 256, m::sha1, true},
    {0x0084, "CAMELLIA256-SHA", v::ssl3, k::rsa, a::rsa, e::camellia, 256, m::sha1, false},
    {0x00af, "PSK-AES256-CBC-SHA384", v::tls1, k::psk, a::psk, e::aes_cbc, 256, m::sha384, true},
    {0x008d, "PSK-AES256-CBC-SHA", v::ssl3, k::psk, a::psk, e::aes_cbc, 256, m::sha1, true},
    {0xc095, "PSK-CAMELLIA256-SHA384", v::tls1, k::psk, a::psk, e::camellia, 256, m::sha384, false},
    {0xc037, "ECDHE-PSK-AES128-CBC-SHA256", v::tls1, k::ecdhe_psk, a::psk, e::aes_cbc, 128, m::sha256, true},
    {0xc035, "ECDHE-PSK-AES128-CBC-SHA", v::tls1, k::ecdhe_psk, a::psk, e::aes_cbc, 128, m::sha1, true},
    {0x00b6, "RSA-PSK-AES128-CBC-SHA256", v::tls1, k::rsa_psk, a::rsa, e::aes_cbc, 128, m::sha256, true},
    {0x00b2, "DHE-PSK-AES128-CBC-SHA256", v::tls1, k::dhe_psk, a::psk, e::aes_cbc, 128, m::sha256, true},
    {0x0094, "RSA-PSK-AES128-CBC-SHA", v::ssl3, k::rsa_psk, a::rsa, e::aes_cbc, 128, m::sha1, true},
    {0x0090, "DHE-PSK-AES128-CBC-SHA", v::ssl3, k::dhe_psk, a::psk, e::aes_cbc, 128, m::sha1, true},
    {0xc09a, "ECDHE-PSK-CAMELLIA128-SHA256", v::tls1, k::ecdhe_psk, a::psk, e::camellia, 128, m::sha256, false},
    {0xc098, "RSA-PSK-CAMELLIA128-SHA256", v::tls1, k::rsa_psk, a::rsa, e::camellia, 128, m::sha256, false},
    {0xc096, "DHE-PSK-CAMELLIA128-SHA256", v::tls1, k::dhe_psk, a::psk, e::camellia, 128, m::sha256, false},
    {0x002f, "AES128-SHA", v::ssl3, k::rsa, a::rsa, e::aes_cbc, 128, m::sha1, true},
    {0x0041, "CAMELLIA128-SHA", v::ssl3, k::rsa, a::rsa, e::camellia, 128, m::sha1, false},
    {0x00ae, "PSK-AES128-CBC-SHA256", v::tls1, k::psk, a::psk, e::aes_cbc, 128, m::sha256, true},
    {0x008c, "PSK-AES128-CBC-SHA", v::ssl3, k::psk, a::psk, e::aes_cbc, 128, m::sha1, true},
    {0xc094, "PSK-CAMELLIA128-SHA256", v::tls1, k::psk, a::psk, e::camellia, 128, m::sha256, false},
    {0x000a, "DES-CBC3-SHA", v::ssl3, k::rsa, a::rsa, e::triple_des, 112, m::sha1, false},
    {0x0005, "RC4-SHA", v::ssl3, k::rsa, a::rsa, e::rc4, 128, m::sha1, false},
    {0x0004, "RC4-MD5", v::ssl3, k::rsa, a::rsa, e::rc4, 128, m::md5, false},
    {0xc03b, "ECDHE-PSK-NULL-SHA384", v::tls1, k::ecdhe_psk, a::psk, e::null, 0, m::sha384, true},
    {0xc03a, "ECDHE-PSK-NULL-SHA256", v::tls1, k::ecdhe_psk, a::psk, e::null, 0, m::sha256, true},
    {0xc039, "ECDHE-PSK-NULL-SHA", v::tls1, k::ecdhe_psk, a::psk, e::null, 0, m::sha1, true},
    {0x00b9, "RSA-PSK-NULL-SHA384", v::tls1, k::rsa_psk, a::rsa, e::null, 0, m::sha384, true},
    {0x00b8, "RSA-PSK-NULL-SHA256", v::tls1, k::rsa_psk, a::rsa, e::null, 0, m::sha256, true},
    {0x00b5, "DHE-PSK-NULL-SHA384", v::tls1, k::dhe_psk, a::psk, e::null, 0, m::sha384, true},
    {0x00b4, "DHE-PSK-NULL-SHA256", v::tls1, k::dhe_psk, a::psk, e::null, 0, m::sha256, true},
    {0x002e, "RSA-PSK-NULL-SHA", v::ssl3, k::rsa_psk, a::rsa, e::null, 0, m::sha1, true},
    {0x002d, "DHE-PSK-NULL-SHA", v::ssl3, k::dhe_psk, a::psk, e::null, 0, m::sha1, true},
    {0x0002, "NULL-SHA", v::ssl3, k::rsa, a::rsa, e::null, 0, m::sha1, true},
    {0x0001, "NULL-MD5", v::ssl3, k::rsa, a::rsa, e::null, 0, m::md5, true},
    {0x00b1, "PSK-NULL-SHA384", v::tls1, k::psk, a::psk, e::null, 0, m::sha384, true},
    {0x00b0, "PSK-NULL-SHA256", v::tls1, k::psk, a::psk, e::null, 0, m::sha256, true},
    {0x002c, "PSK-NULL-SHA", v::ssl3, k::psk, a::psk, e::null, 0, m::sha1, true},
};
// clang-format on

constexpr std::pair<std::string_view, std::uint16_t> former_names[] = {
    {"EDH-RSA-DES-CBC3-SHA",       0x0016},
    {"EDH-DSS-DES-CBC3-SHA",       0x0013},
    {"ECDHE-RSA-AES128-CBC-SHA",   0xc013},
    {"ECDHE-RSA-AES256-CBC-SHA",   0xc014},
    {"ECDHE-ECDSA-AES128-CBC-SHA", 0xc009},
    {"ECDHE-ECDSA-AES256-CBC-SHA", 0xc00a},
};

bool needs_shared_secret(const suite& s) {
    return s.au == authentication::psk || s.kx == key_exchange::rsa_psk;
}

}

std::span<const suite> all_suites() { return table; }

const suite* find_suite(std::uint16_t id) {
    auto at = std::ranges::find(table, id, &suite::id);
    return at == std::end(table) ? nullptr : at;
}

const suite* find_suite(std::string_view name) {
    if (auto at = std::ranges::find(table, name, &suite::name); at != std::end(table)) return at;
    if (auto id = iana_number(name)) return find_suite(id);
    for (auto& [old, id] : former_names)
        if (old == name) return find_suite(id);
    return nullptr;
}

std::vector<const suite*> usable_suites(std::span<const std::uint16_t> ids) {
    std::vector<const suite*> out;
    for (auto& s : table)
        if (!needs_shared_secret(s) && std::ranges::find(ids, s.id) != ids.end()) out.push_back(&s);
    return out;
}

}
