"""Which suite, group, signature and certificate come of what is offered, with the server's order and with the client's."""
from suite import shakes
from tls_hello import SUITES12, SUITES13, USUAL_SIGNATURES

ECDSA = ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"]
ORDER = {"ssl_ciphers": ":".join(ECDSA)}

for preference in ("on", "off"):
    settings = {**ORDER, "ssl_prefer_server_ciphers": preference}
    for name, suites in (("as the server", ECDSA), ("the other way", ECDSA[::-1]), ("rotated", ECDSA[1:] + ECDSA[:1])):
        shakes(f"ciphers/TLSv1.2, preference {preference}, order {name}", settings, versions=["TLSv1.2"], suites=suites)
    for name, suites in (("usual", SUITES13), ("the other way", SUITES13[::-1])):
        shakes(f"ciphers/TLSv1.3, preference {preference}, order {name}", settings, versions=["TLSv1.3"], suites=suites)

# Each suite by itself, at default settings, with both kinds of certificate.
BOTH = {"certificates": "ecdsa rsa"}
for suite in [*SUITES12, "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA",
              "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA", "AES256-SHA", "AES128-SHA256",
              "AES128-GCM-SHA256", "AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256", "DES-CBC3-SHA", "RC4-SHA", "NULL-SHA",
              "ADH-AES128-SHA", "ADH-AES128-GCM-SHA256", "AECDH-AES128-SHA", "EXP-RC4-MD5", "PSK-AES128-GCM-SHA256"]:
    shakes(f"ciphers/by default/{suite}", BOTH, versions=["TLSv1.2"], suites=[suite])
for suite in [*SUITES13, "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]:
    shakes(f"ciphers/by default/{suite}", BOTH, versions=["TLSv1.3"], suites=[suite])

SHORT = {"ssl_ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA"}
shakes("ciphers/none in common", SHORT, versions=["TLSv1.2"], suites=["ECDHE-ECDSA-AES256-GCM-SHA384"])
shakes("ciphers/none that the certificate could sign", SHORT, versions=["TLSv1.2"], suites=["ECDHE-RSA-AES128-GCM-SHA256"])
shakes("ciphers/the list does not govern TLSv1.3", SHORT, versions=["TLSv1.3"], suites=["TLS_AES_256_GCM_SHA384"])
shakes("ciphers/only suites of TLSv1.2 for TLSv1.3", versions=["TLSv1.3"], suites=ECDSA)
shakes("ciphers/only suites of TLSv1.3 for TLSv1.2", versions=["TLSv1.2"], suites=SUITES13)
shakes("ciphers/suites of TLSv1.2 for a client of both", versions=["TLSv1.3", "TLSv1.2"], suites=ECDSA)
shakes("ciphers/no suites at all", versions=["TLSv1.2"], suites=[])
shakes("ciphers/unknown suites around a good one", versions=["TLSv1.2"], suites=[0x7777, 0x3a3a, ECDSA[2], 0xfefe, 0x8888])
shakes("ciphers/three hundred unknown suites, then a good one", versions=["TLSv1.2"],
       suites=[*range(0x7000, 0x7000 + 300), ECDSA[2]])
shakes("ciphers/GREASE among the suites of TLSv1.3", versions=["TLSv1.3"], suites=[0x3a3a, *SUITES13, 0xdada])
shakes("ciphers/the same suite twice", versions=["TLSv1.2"], suites=[ECDSA[0], ECDSA[0]])

# RSA and ECDSA for one name: by what the client can verify.
for version in ("TLSv1.2", "TLSv1.3"):
    for name, signatures in {"ecdsa": ["ecdsa_secp256r1_sha256"], "rsa": ["rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"],
                             "both": USUAL_SIGNATURES, "only pkcs1": ["rsa_pkcs1_sha256"], "only sha512": ["rsa_pkcs1_sha512"],
                             "pss first": ["rsa_pss_rsae_sha512", "rsa_pkcs1_sha256"], "sha1": ["rsa_pkcs1_sha1", "ecdsa_sha1"],
                             "pss-pss": ["rsa_pss_pss_sha256"], "another curve": ["ecdsa_secp384r1_sha384"],
                             "ed25519": ["ed25519"], "unknown ones and a good one": [0x7777, 0x3a3a, "ecdsa_secp256r1_sha256"],
                             "unknown ones alone": [0x7777, 0x3a3a]}.items():
        shakes(f"signatures/{version}, the client verifies {name}", BOTH, versions=[version], signatures=signatures)
    shakes(f"signatures/{version}, an RSA certificate alone", {"certificates": "rsa"}, versions=[version])
    shakes(f"signatures/{version}, ECDSA wanted of an RSA server", {"certificates": "rsa"}, versions=[version],
           signatures=["ecdsa_secp256r1_sha256"])
    shakes(f"signatures/{version}, the client does not say", BOTH, versions=[version], without=["signature_algorithms"])
    shakes(f"signatures/{version}, an empty list", BOTH, versions=[version], signatures=[])
    shakes(f"signatures/{version}, the same one twice", versions=[version], signatures=["ecdsa_secp256r1_sha256"] * 2)

    for group in ("x25519", "secp256r1", "secp384r1", "secp521r1"):
        shakes(f"groups/{version}, {group} alone", versions=[version], groups=[group])
    for group in ("secp192r1", "sect163k1", "x448", "brainpoolP256r1", "ffdhe2048", "X25519MLKEM768", 0x7777):
        shakes(f"groups/{version}, {group} alone", versions=[version], groups=[group])
    shakes(f"groups/{version}, GREASE first", versions=[version], groups=[0x3a3a, "x25519"])
    shakes(f"groups/{version}, unknown ones first", versions=[version], groups=[0x7777, 0x7778, "secp256r1"])
    shakes(f"groups/{version}, P-384 first", versions=[version], groups=["secp384r1", "x25519", "secp256r1"])
    shakes(f"groups/{version}, the client does not say", versions=[version], without=["supported_groups"])
    shakes(f"groups/{version}, an empty list", versions=[version], groups=[])
