"""The numbers of TLS that the scripts need, by name (IANA's registries). Names of suites are OpenSSL's, as in the log."""

VERSIONS = {"SSLv3": 0x0300, "TLSv1": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}

SUITES = {
    "TLS_AES_128_GCM_SHA256": 0x1301, "TLS_AES_256_GCM_SHA384": 0x1302, "TLS_CHACHA20_POLY1305_SHA256": 0x1303,
    "TLS_AES_128_CCM_SHA256": 0x1304, "TLS_AES_128_CCM_8_SHA256": 0x1305,
    "ECDHE-ECDSA-AES128-GCM-SHA256": 0xc02b, "ECDHE-ECDSA-AES256-GCM-SHA384": 0xc02c,
    "ECDHE-RSA-AES128-GCM-SHA256": 0xc02f, "ECDHE-RSA-AES256-GCM-SHA384": 0xc030,
    "ECDHE-ECDSA-CHACHA20-POLY1305": 0xcca9, "ECDHE-RSA-CHACHA20-POLY1305": 0xcca8,
    "ECDHE-ECDSA-AES128-SHA": 0xc009, "ECDHE-ECDSA-AES256-SHA": 0xc00a,
    "ECDHE-RSA-AES128-SHA": 0xc013, "ECDHE-RSA-AES256-SHA": 0xc014,
    "ECDHE-ECDSA-AES128-SHA256": 0xc023, "ECDHE-ECDSA-AES256-SHA384": 0xc024,
    "AES128-SHA": 0x002f, "AES256-SHA": 0x0035, "AES128-SHA256": 0x003c,
    "AES128-GCM-SHA256": 0x009c, "AES256-GCM-SHA384": 0x009d,
    "DHE-RSA-AES128-GCM-SHA256": 0x009e, "DHE-RSA-AES256-GCM-SHA384": 0x009f,
    "DES-CBC3-SHA": 0x000a, "RC4-SHA": 0x0005, "NULL-SHA": 0x0002, "ADH-AES128-SHA": 0x0034,
    "ADH-AES128-GCM-SHA256": 0x00a6, "AECDH-AES128-SHA": 0xc018, "EXP-RC4-MD5": 0x0003,
    "PSK-AES128-GCM-SHA256": 0x00a8,
    "EMPTY_RENEGOTIATION_INFO_SCSV": 0x00ff, "FALLBACK_SCSV": 0x5600,
}

GROUPS = {
    "secp192r1": 19, "secp224r1": 21, "sect163k1": 1, "secp256r1": 23, "secp384r1": 24, "secp521r1": 25, "x25519": 29,
    "x448": 30, "brainpoolP256r1": 26, "ffdhe2048": 256, "X25519MLKEM768": 0x11ec,
}

SIGNATURES = {
    "rsa_pkcs1_sha1": 0x0201, "ecdsa_sha1": 0x0203, "rsa_pkcs1_md5": 0x0101,
    "rsa_pkcs1_sha256": 0x0401, "rsa_pkcs1_sha384": 0x0501, "rsa_pkcs1_sha512": 0x0601,
    "ecdsa_secp256r1_sha256": 0x0403, "ecdsa_secp384r1_sha384": 0x0503, "ecdsa_secp521r1_sha512": 0x0603,
    "rsa_pss_rsae_sha256": 0x0804, "rsa_pss_rsae_sha384": 0x0805, "rsa_pss_rsae_sha512": 0x0806,
    "ed25519": 0x0807, "ed448": 0x0808, "rsa_pss_pss_sha256": 0x0809,
}

EXTENSIONS = {
    "server_name": 0, "max_fragment_length": 1, "status_request": 5, "supported_groups": 10, "ec_point_formats": 11,
    "signature_algorithms": 13, "heartbeat": 15, "alpn": 16, "signed_certificate_timestamp": 18, "padding": 21,
    "encrypt_then_mac": 22, "extended_master_secret": 23, "record_size_limit": 28, "session_ticket": 35,
    "pre_shared_key": 41, "early_data": 42, "supported_versions": 43, "cookie": 44, "psk_key_exchange_modes": 45,
    "certificate_authorities": 47, "post_handshake_auth": 49, "signature_algorithms_cert": 50, "key_share": 51,
    "next_protocol_negotiation": 13172, "renegotiation_info": 0xff01,
}

ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow", 30: "decompression_failure",
    40: "handshake_failure", 42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked",
    45: "certificate_expired", 46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
    50: "decode_error", 51: "decrypt_error", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
    86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
    110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status_response",
    115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}

MESSAGES = {
    0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket", 5: "EndOfEarlyData",
    8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone",
    15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished", 22: "CertificateStatus", 24: "KeyUpdate",
}

GREASE = 0x3a3a  # RFC 8701: one of the values that every peer must ignore


def number(table, name):
    """The number of a name; a number stays what it is."""
    return name if isinstance(name, int) else table[name]


def name_of(table, value):
    if value & 0x0f0f == 0x0a0a and value >> 8 == value & 0xff:
        return "GREASE"
    for name, known in table.items():
        if known == value:
            return name
    return f"{value:#06x}"
