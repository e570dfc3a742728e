"""A certificate authority as it should be: a root, an intermediate one, and certificates with a chain, alternative names,
usages and a place for revocations, so that a scanner finds fault with the server and not with them."""
import ssl

from cryptography.hazmat.primitives import serialization

import harness

EXTENSIONS = """
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[between]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[leaf]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature{more}
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=DNS:mail.example.org,DNS:localhost
crlDistributionPoints=URI:http://ca.example.org/crl
[client]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=email:demo@example.org
"""
KINDS = {"ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"]}


class Authority:
    """Files in .folder: root.pem, and NAME.pem (with the chain), NAME.key for NAME in KINDS, "client", and "stranger", which
    is a client certificate by another authority."""

    def __init__(self):
        self.folder = harness.temp_folder()
        self.by_bytes = {}  # DER -> name
        self.make("root", KINDS["ecdsa"], "root", "postern test root", "-days", "3650", "-signkey", "root.key")
        self.make("between", KINDS["ecdsa"], "between", "postern test authority", "-days", "1000", *self.signed_by("root"))
        for name, kind in KINDS.items():
            leaf = self.make(name, kind, "leaf", "mail.example.org", "-days", "80", *self.signed_by("between"))
            leaf.write_text(leaf.read_text() + (self.folder / "between.pem").read_text())
        client = self.make("client", KINDS["ecdsa"], "client", "demo@example.org", "-days", "80", *self.signed_by("between"))
        client.write_text(client.read_text() + (self.folder / "between.pem").read_text())
        self.make("stranger", KINDS["ecdsa"], "client", "demo@example.org", "-days", "80", "-signkey", "stranger.key")

    @staticmethod
    def signed_by(name):
        return "-CA", f"{name}.pem", "-CAkey", f"{name}.key", "-CAcreateserial"

    def make(self, name, kind, section, subject, *signing):
        (self.folder / "extensions").write_text(EXTENSIONS.format(more=",keyEncipherment" if name == "rsa" else ""))
        harness.run("openssl", "req", "-newkey", *kind, "-nodes", "-subj", f"/CN={subject}", "-keyout", f"{name}.key",
                    "-out", f"{name}.csr", cwd=self.folder)
        harness.run("openssl", "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "extensions",
                    "-extensions", section, *signing, cwd=self.folder)
        made = self.folder / f"{name}.pem"
        self.by_bytes[ssl.PEM_cert_to_DER_cert(made.read_text())] = name
        return made

    def settings(self, names):
        """The directives for certificates: "ecdsa", or "ecdsa rsa" for both."""
        some = names.split()
        return {"ssl_certificate": [str(self.folder / f"{n}.pem") for n in some],
                "ssl_certificate_key": [str(self.folder / f"{n}.key") for n in some]}

    def placed(self, value):
        """A directive's value with the folder's name in place of {pki}."""
        return value.replace("{pki}", str(self.folder)) if isinstance(value, str) else value

    def identity(self, name):
        """(chain as DER, key) for tls_client's finish()."""
        blocks = (self.folder / f"{name}.pem").read_text().split("-----END CERTIFICATE-----")[:-1]
        chain = [ssl.PEM_cert_to_DER_cert(block.strip() + "\n-----END CERTIFICATE-----\n") for block in blocks]
        return chain, serialization.load_pem_private_key((self.folder / f"{name}.key").read_bytes(), None)
