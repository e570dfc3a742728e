"""Which version comes of what is offered, and how the others are refused."""
from suite import script, shakes
from tls_hello import u16, v8

OFFERS = {"TLSv1.3": ["TLSv1.3"], "TLSv1.2": ["TLSv1.2"], "TLSv1.1": ["TLSv1.1"], "TLSv1": ["TLSv1"], "SSLv3": ["SSLv3"],
          "TLSv1.3 or TLSv1.2": ["TLSv1.3", "TLSv1.2"], "all of them": ["TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1"],
          "TLSv1.1 or older": ["TLSv1.1", "TLSv1"]}
SERVERS = {"by default": {}, "TLSv1.2 alone": {"ssl_protocols": "TLSv1.2"}, "TLSv1.3 alone": {"ssl_protocols": "TLSv1.3"},
           "from TLSv1.1 on": {"ssl_protocols": "TLSv1.1 TLSv1.2 TLSv1.3", "ssl_ciphers": "ALL:@SECLEVEL=0"}}
OLD_SUITES = ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "AES128-SHA"]

for server, settings in SERVERS.items():
    for offer, versions in OFFERS.items():
        more = {"suites": ["ECDHE-ECDSA-AES128-GCM-SHA256", *OLD_SUITES]} if "TLSv1.3" not in versions else {}
        shakes(f"versions/{server}/offered {offer}", settings, versions=versions, **more)

# A client that says 1.2 only by the old field, as those before TLS 1.3 do, and one that says more than there is.
shakes("versions/a version of the future", versions=[0x0305, "TLSv1.3"], legacy=0x0303)
shakes("versions/only a version of the future", versions=[0x0305], more={"supported_versions": v8(u16(0x0305))})
shakes("versions/only a version of the future, the old way", versions=["TLSv1.2"], legacy=0x0304)
shakes("versions/GREASE among the versions", versions=[0x3a3a, "TLSv1.3", "TLSv1.2"])
shakes("versions/the old field says SSLv3, the extension TLSv1.3", versions=["TLSv1.3"], legacy=0x0300)
shakes("versions/the old field says TLSv1.3, the extension, too", versions=["TLSv1.3"], legacy=0x0304)
shakes("versions/the extension says TLSv1.2", versions=["TLSv1.2"], more={"supported_versions": v8(u16(0x0303))})
shakes("versions/the extension is empty", versions=["TLSv1.2"], more={"supported_versions": v8(b"")})

# RFC 7507
for offer in ("TLSv1.3", "TLSv1.2", "TLSv1.1"):
    shakes(f"versions/fallback to {offer}", SERVERS["from TLSv1.1 on"], versions=[offer],
           suites=["TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", *OLD_SUITES, "FALLBACK_SCSV"])
shakes("versions/fallback to the newest there is", SERVERS["TLSv1.2 alone"], versions=["TLSv1.2"],
       suites=["ECDHE-ECDSA-AES128-GCM-SHA256", "FALLBACK_SCSV"])

for version in (0x0300, 0x0301, 0x0303, 0x0304, 0x03ff):
    @script(f"versions/the first record says {version:#06x}")
    def first_record(peer, version=version):
        it = peer.connect()
        it.send(it.prepare().record(version))
        it.transcript = it.offered.message()
        if it.answer():
            it.finish().hear().goodbye()


@script("versions/the hello of SSLv2")
def sslv2(peer):
    suites = bytes.fromhex("0700c0 050080 030080 010080".replace(" ", ""))
    body = b"\1\0\2" + u16(len(suites)) + u16(0) + u16(16) + suites + bytes(16)
    it = peer.connect()
    it.send(u16(0x8000 | len(body)) + body)
    it.hang_up()


@script("versions/the hello of SSLv2 that asks for TLS")
def sslv2_for_tls(peer):
    suites = b"\0\x00\x2f\0\xc0\x2b"
    body = b"\1\3\3" + u16(len(suites)) + u16(0) + u16(32) + suites + bytes(32)
    it = peer.connect()
    it.send(u16(0x8000 | len(body)) + body)
    it.hang_up()
