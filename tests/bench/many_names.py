"""A folder of certificates for the question `names`: name00000.example, name00001.example, ..."""
import base64
import datetime
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def point(key):
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def make_folder(folder, count):
    """NAME.pem, each a leaf with an ECDSA P-256 key of its own, the issuer's certificate, and the key. Only the first leaf is
    signed; the others are copies with another name and key, which takes a tenth of the time and is nothing that a server sees."""
    folder = pathlib.Path(folder)
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    issuer_key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench issuer")])

    def certificate(subject, names, key):
        made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), start,
                                       start + datetime.timedelta(days=89))
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        return made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def pem(der):
        return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"

    above = pem(certificate(issuer, [], issuer_key))
    first_key, first_name = ec.generate_private_key(ec.SECP256R1()), "name00000.example"
    first = certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, first_name)]), [first_name], first_key)
    for number in range(count):
        name, key = f"name{number:05}.example", ec.generate_private_key(ec.SECP256R1())
        leaf = first.replace(first_name.encode(), name.encode()).replace(point(first_key), point(key))
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                   serialization.NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem(leaf) + above + secret)
