"""Client certificates: what becomes of who shows one, none, a stranger's, another's, or one without a proof."""
from suite import script, shakes
from tls_hello import CERTIFICATE, HANDSHAKE, message, v16, v24, v8

MODES = ("on", "optional", "optional_no_ca")
VERSIONS = ("TLSv1.2", "TLSv1.3")
TRUST = {"ssl_client_certificate": "{pki}/root.pem"}
DETAILS = {"depth 0": {**TRUST, "ssl_verify_depth": 0}, "by its issuer": {"ssl_trusted_certificate": "{pki}/between.pem"}}

for mode in MODES:
    for version in VERSIONS:
        about = {"ssl_verify_client": mode, **TRUST}
        for who in (None, "client", "stranger"):
            shakes(f"clients/{version}, {mode}, {who or 'none'}", about, versions=[version], identity=who)
        shakes(f"clients/{version}, {mode}, another's certificate", about, versions=[version], identity="client", proof=False)
        shakes(f"clients/{version}, {mode}, no proof", about, versions=[version], identity="client", proof=None)

for version in VERSIONS:
    for name, about in DETAILS.items():
        shakes(f"clients/{version}, {name}", {"ssl_verify_client": "on", **about}, versions=[version], identity="client")
    shakes(f"clients/{version}, nobody is believed", {"ssl_verify_client": "optional_no_ca"}, versions=[version],
           identity="client")
    shakes(f"clients/{version}, a server's certificate", {"ssl_verify_client": "on", **TRUST}, versions=[version],
           identity="ecdsa")

    @script(f"clients/{version}, who shows one is not resumed", ssl_verify_client="optional", ssl_session_cache="builtin", **TRUST)
    def again(peer, version=version):
        it = peer.greeted(version, identity="client")
        it.goodbye()
        peer.notes.clear()
        if it.session and (it.session.get("ticket") or it.session.get("id")):
            peer.shake(versions=[version], resume=it.session, identity="client")
        else:
            peer.shake(versions=[version], identity="client")

    @script(f"clients/{version}, who shows none is resumed", ssl_verify_client="optional", ssl_session_cache="builtin", **TRUST)
    def resumed(peer, version=version):
        it = peer.greeted(version)
        it.goodbye()
        peer.notes.clear()
        peer.shake(versions=[version], resume=it.session, identity="client")

    for kind, chain in {"an empty entry": v24(b""), "no certificate at all": v24(b"no DER"), "zeros": v24(bytes(200))}.items():
        @script(f"clients/{version}, {kind}", ssl_verify_client="optional_no_ca", **TRUST)
        def broken(peer, version=version, chain=chain):
            it = peer.connect()
            it.hello(versions=[version]).answer()
            modern = version == "TLSv1.3"
            if modern:
                it.protect()
            body = (v8(it.request) if modern else b"") + v24(chain + (v16(b"") if modern else b""))
            it.record(HANDSHAKE, message(CERTIFICATE, body))
            it.answer()
            it.hang_up()
