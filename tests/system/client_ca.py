"""Certificates of clients for the black-box tests: good, revoked, expired, of a stranger, under an intermediate, odd."""
import ssl
import time

import harness
from harness import run, temp_folder

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """Issues clients' certificates, and revokes one."""

    def __init__(self):
        self.folder = temp_folder()
        self.file = self.folder / "ca.pem"
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.conf").write_text(
            f"[ca]\ndefault_ca=it\n[it]\ndatabase={self.folder}/index.txt\nnew_certs_dir={self.folder}\nrand_serial=yes\n"
            "default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncountryName=optional\norganizationName=optional\n"
            "organizationalUnitName=optional\ncommonName=supplied\nemailAddress=optional\nuserId=optional\n"
            "[joe]\nsubjectAltName=email:joe@example.org,email:joseph@example.org,DNS:phone.example.org\n"
            "[server]\nextendedKeyUsage=serverAuth\n"
            "[middle]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
        self.openssl("req", "-x509", *KEY, "-days", "30", "-subj", "/O=Example/CN=client CA", "-keyout", "ca-key.pem",
                     "-out", "ca.pem")
        for name in ("joe", "gone"):
            self.issue(name)
        self.ca("-revoke", "gone.pem")
        self.ca("-gencrl", "-crldays", "30", "-out", "crl.pem")
        self.openssl("req", "-x509", *KEY, "-days", "30", "-subj", "/CN=stranger", "-keyout", "stranger-key.pem",
                     "-out", "stranger.pem")
        self.issue("late", "-enddate", time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() - 86400)),
                   "-startdate", "20200101000000Z")
        self.issue("wrong", extensions="server")
        self.issue("odd", subject="/C=DE/O=Müller \\, Söhne+OU=a\"b/CN= <jo;e>\\+=\\\\ /emailAddress=j@example.org/UID=#7")
        self.issue("middle", extensions="middle")
        self.issue("deep", by="middle")
        with open(self.folder / "deep.pem", "a") as chain:
            chain.write((self.folder / "middle.pem").read_text())

    def openssl(self, *words):
        return run("openssl", *words, cwd=self.folder).stdout

    def ca(self, *words, by="ca"):
        self.openssl("ca", "-batch", "-notext", "-utf8", "-config", "ca.conf", "-cert", f"{by}.pem",
                     "-keyfile", f"{by}-key.pem", *words)

    def issue(self, name, *dates, by="ca", extensions="joe", subject=None):
        self.openssl("req", "-new", "-utf8", *KEY, "-subj", subject or f"/O=Example/CN={name}",
                     "-keyout", f"{name}-key.pem", "-out", f"{name}.csr")
        self.ca("-in", f"{name}.csr", *(dates or ("-days", "30")), "-extensions", extensions, "-out", f"{name}.pem", by=by)

    def pair(self, name):
        return self.folder / f"{name}.pem", self.folder / f"{name}-key.pem"

    def context(self, name=None, version=None):
        made = harness.tls_context()
        if version:
            made.minimum_version = made.maximum_version = version
        if name:
            made.load_cert_chain(*self.pair(name))
        return made


_authority = None


def authority():
    global _authority
    _authority = _authority or Authority()
    return _authority


VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
