"""ALPN, server names, and extensions in general."""
from suite import shakes
from tls_hello import alpn, sni, u16, v8, v16
from tls_numbers import EXTENSIONS

for version in ("TLSv1.2", "TLSv1.3"):
    for protocol in ("imap", "pop3", "smtp"):
        for name, offered in {"its own": [protocol], "its own among others": ["h2", protocol, "http/1.1"],
                              "others": ["h2", "http/1.1"], "its own in capitals": [protocol.upper()],
                              "GREASE and its own": ["\x3a\x3a", protocol]}.items():
            shakes(f"alpn/{version}, {protocol}, {name}", {"protocol": protocol}, versions=[version], protocols=offered)
    for name, body in {"no names": v16(b""), "an empty name": v16(v8(b"")), "a name too long for its list": v16(b"\5imap"),
                       "a length too long": u16(9) + v8(b"imap"), "nothing": b"", "bytes behind it": alpn("imap") + b"\0",
                       "the same twice": alpn("imap", "imap"), "a thousand names": alpn(*["x"] * 1000, "imap")}.items():
        shakes(f"alpn/{version}, malformed, {name}" if name[0] in "na b" and "thousand" not in name else f"alpn/{version}, {name}",
               versions=[version], more={"alpn": body})

    for name, host in {"its own": "mail.example.org", "another": "nobody.example.net", "none": "", "an address": "127.0.0.1",
                       "capitals": "MAIL.EXAMPLE.ORG", "a dot at the end": "mail.example.org.", "a long one": "a" * 255,
                       "a very long one": "a." * 500, "blanks": "a b\tc", "a zero byte": "mail\0evil", "UTF-8": "mäil.example"}.items():
        shakes(f"sni/{version}, {name}", versions=[version], server_name=host)
    name = sni("localhost")[2:]
    for what, body in {"nothing": b"", "an empty list": v16(b""), "an empty name": v16(b"\0\0\0"), "a name cut off": v16(b"\0\0\x09loc"),
                       "bytes behind it": v16(name) + b"\0", "two names": v16(name + name), "another type": v16(b"\1\0\1x"),
                       "another type, then a name": v16(b"\1\0\1x" + name), "a length too long": u16(99) + name}.items():
        shakes(f"sni/{version}, malformed, {what}", versions=[version], more={"server_name": body})

    for name, more in {"unknown ones": {0x7777: b"abc", 0x7778: b""}, "GREASE": {0x3a3a: b"", 0xdada: b"\0"},
                       "a big one": {0x7777: bytes(12000)}, "padding": {"padding": bytes(300)},
                       "heartbeat": {"heartbeat": b"\1"}, "OCSP wanted": {"status_request": b"\1\0\0\0\0"},
                       "record size limit": {"record_size_limit": u16(512)}, "encrypt then MAC": {"encrypt_then_mac": b""},
                       "next protocol negotiation": {"next_protocol_negotiation": b""},
                       "certificate transparency": {"signed_certificate_timestamp": b""},
                       "post-handshake authentication": {"post_handshake_auth": b""},
                       "certificate authorities": {"certificate_authorities": v16(v16(b"\x30\0"))},
                       "max fragment length 512": {"max_fragment_length": b"\1"},
                       "max fragment length wrong": {"max_fragment_length": b"\x63"},
                       "renegotiation info of a first handshake": {"renegotiation_info": v8(bytes(12))},
                       "renegotiation info empty": {"renegotiation_info": b""},
                       "no uncompressed points": {"ec_point_formats": v8(b"\1")},
                       "extended master secret with a body": {"extended_master_secret": b"\0"},
                       "an empty session ticket": {"session_ticket": b""}, "a made-up session ticket": {"session_ticket": b"x" * 200},
                       "a cookie of its own": {"cookie": v16(b"biscuit")}, "early data without a ticket": {"early_data": b""},
                       "signature algorithms for certificates": {"signature_algorithms_cert": v16(u16(0x0403))},
                       "point formats malformed": {"ec_point_formats": b"\5\0"}, "groups malformed": {"supported_groups": b"\0\3\0\x1d\0"},
                       "signatures malformed": {"signature_algorithms": b"\0\3\4\3\0"}}.items():
        shakes(f"extensions/{version}, {name}", versions=[version], more=more)
    for name in ("extended_master_secret", "renegotiation_info", "ec_point_formats"):
        if version == "TLSv1.2":
            shakes(f"extensions/{version}, without {name}", versions=[version], without=[name])
    shakes(f"extensions/{version}, hundreds of unknown ones", versions=[version], more={0x7000 + n: b"" for n in range(700)})

shakes("extensions/TLSv1.2, none at all", versions=["TLSv1.2"], extensions=[])
for name in ("supported_versions", "key_share", "supported_groups", "signature_algorithms"):
    shakes(f"extensions/TLSv1.3, without {name}", versions=["TLSv1.3"], without=[name])
shakes("extensions/TLSv1.3, without psk_key_exchange_modes", versions=["TLSv1.3"], without=["psk_key_exchange_modes"])
shakes("extensions/TLSv1.2, a signalling suite for renegotiation info", versions=["TLSv1.2"], without=["renegotiation_info"],
       suites=["ECDHE-ECDSA-AES128-GCM-SHA256", "EMPTY_RENEGOTIATION_INFO_SCSV"])
shakes("extensions/TLSv1.3, key share empty", versions=["TLSv1.3"], more={"key_share": v16(b"")})
shakes("extensions/TLSv1.3, key share of a group that is not offered", versions=["TLSv1.3"], groups=["secp256r1"],
       more={"key_share": v16(u16(29) + v16(bytes(range(32))))})
shakes("extensions/TLSv1.3, key share too short", versions=["TLSv1.3"], more={"key_share": v16(u16(29) + v16(bytes(31)))})
shakes("extensions/TLSv1.3, key share with its highest bit set", versions=["TLSv1.3"],
       more={"key_share": v16(u16(29) + v16(b"\1" * 31 + b"\x81"))})
shakes("extensions/TLSv1.3, key share of zeros", versions=["TLSv1.3"], more={"key_share": v16(u16(29) + v16(bytes(32)))})
shakes("extensions/TLSv1.3, key share off the curve", versions=["TLSv1.3"], groups=["secp256r1"],
       more={"key_share": v16(u16(23) + v16(b"\4" + bytes(63) + b"\1"))})
shakes("extensions/TLSv1.3, key share twice", versions=["TLSv1.3"],
       more={"key_share": v16(2 * (u16(29) + v16(bytes(range(32)))))})
shakes("extensions/TLSv1.3, key share malformed", versions=["TLSv1.3"], more={"key_share": b"\0\7\0\x1d\0\x20ab"})
shakes("extensions/TLSv1.3, psk modes without a known one", versions=["TLSv1.3"], more={"psk_key_exchange_modes": v8(b"\7")})
for name in ("server_name", "alpn", "supported_versions", "signature_algorithms", "supported_groups", 0x7777):
    kind = EXTENSIONS.get(name, name)
    body = {"server_name": sni("localhost"), "alpn": alpn("imap"), "supported_versions": v8(b"\3\4"),
            "signature_algorithms": v16(b"\4\3"), "supported_groups": v16(b"\0\x17"), 0x7777: b""}[name]
    shakes(f"extensions/twice, {name}", versions=["TLSv1.2"], extensions=[(kind, body), (kind, body)] + (
        [(10, v16(b"\0\x17"))] if kind != 10 else []) + ([(13, v16(b"\4\3"))] if kind != 13 else []))
