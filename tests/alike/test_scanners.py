"""testssl.sh and sslscan find nothing of medium or higher severity in either program at its default settings, but for what
findings.toml tells.

    POSTERN_BORINGSSL=… POSTERN_WOLFSSL=… python3 test_scanners.py [Testssl|Sslscan]
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import sys
import tomllib
import unittest
import xml.etree.ElementTree

import suite  # first: it finds the harness

import harness
import pki

PROGRAMS = {"boringssl": os.environ.get("POSTERN_BORINGSSL", ""), "wolfssl": os.environ.get("POSTERN_WOLFSSL", "")}
HOST = "mail.example.org"
GRAVE = ("MEDIUM", "HIGH", "CRITICAL", "FATAL")
# What testssl.sh looks at. Not each of its 370 suites alone, which sslscan does much faster, and no browsers' imitations.
CHECKS = ["--protocols", "--std", "--server-preference", "--server-defaults", "--vulnerable", "--fast"]


def known(scanner, library):
    """The entries of findings.toml about them."""
    entries = tomllib.loads((suite.HERE / "findings.toml").read_text()).get("finding", [])
    for entry in entries:
        if not entry["reason"].strip() or set(entry) - {"scanner", "library", "id", "says", "reason"}:
            raise ValueError(f"findings.toml: {entry}")
    return [e for e in entries if e["scanner"] == scanner and e.get("library", library) == library]


class Scan(harness.Test):
    scanner = ""

    def setUp(self):
        if not shutil.which(self.scanner):
            self.fail(f"{self.scanner} is not installed; it is among cmake/packages-test")
        self.authority = pki.Authority()

    def gateways(self, stack):
        """A program of each library with every default, RSA and ECDSA certificates, and an IMAP address."""
        made = {}
        for library, harness.POSTERN in PROGRAMS.items():
            made[library] = stack.enter_context(harness.Gateway([{
                "protocol": "imap", "listen": ["imaps ssl"], "upstream": "127.0.0.1:1",
                **self.authority.settings("ecdsa rsa")}], mail={"server_name": HOST}))
        return made

    def check(self, scan):
        """Runs scan(port) -> [(id, what it says)] against both at once, and compares with what is known."""
        with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor() as threads:
            running = {library: threads.submit(scan, gateway.port["imaps"])
                       for library, gateway in self.gateways(stack).items()}
            found = {library: one.result() for library, one in running.items()}
        problems = []
        for library, findings in found.items():
            entries = known(self.scanner, library)
            for what, says in findings:
                if not any(e["id"] == what and re.search(e["says"], says) for e in entries):
                    problems.append(f"{library}: {what}: {says}")
            for e in entries:
                if not any(e["id"] == what and re.search(e["says"], says) for what, says in findings):
                    problems.append(f"{library}: findings.toml: \"{e['id']}\" does not occur (any more)")
        if problems:
            self.fail(f"{self.scanner} and findings.toml:\n" + "\n".join(problems))


class Testssl(Scan):
    scanner = "testssl"

    def scan(self, port):
        out = harness.temp_folder() / "found.json"
        harness.run("testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.0.0.1",
                    "--add-ca", self.authority.folder / "root.pem", "--jsonfile", out, *CHECKS, f"{HOST}:{port}",
                    ok=None, deadline=900, cwd=out.parent)
        found = json.loads(out.read_text())
        names = {one["id"] for one in found}
        for wanted in ("TLS1_2", "TLS1_3", "cipher_order", "heartbleed", "ROBOT", "cert_chain_of_trust <cert#1>"):
            self.assertIn(wanted, names)  # else it has not looked
        return [(one["id"], one["finding"]) for one in found if one["severity"] in GRAVE]

    def test_nothing_of_medium_or_higher_severity(self):
        self.check(self.scan)


class Sslscan(Scan):
    """sslscan knows no severities: which of its words would be grave is told here."""
    scanner = "sslscan"

    def look(self, port):
        """sslscan's own key for X25519 is any 32 bytes. wolfSSL refuses half of those, and then TLS 1.3 seems not to be there
        (differences.toml, "A key with its highest bit set"); so it is asked again, until another second has given its
        numbers another beginning."""
        def asked():
            text = harness.run("sslscan", "--xml=-", "--timeout=20", f"--sni-name={HOST}", f"127.0.0.1:{port}").stdout
            test = xml.etree.ElementTree.fromstring(text).find("ssltest")
            found = test is not None and test.find("protocol[@version='1.3'][@enabled='1']") is not None
            return test if found else None
        return harness.wait_for("sslscan to find TLS 1.3", asked, deadline=60)

    def scan(self, port):
        test = self.look(port)
        out = [("protocol", f"{p.get('type').upper()}v{p.get('version')} enabled") for p in test.findall("protocol")
               if p.get("enabled") == "1" and not (p.get("type") == "tls" and p.get("version") in ("1.2", "1.3"))]
        for name, good in (("compression", {"supported": "0"}), ("fallback", {"supported": "1"})):
            for one in test.findall(name):
                out += [(name, f"{key} {one.get(key)}") for key, value in good.items() if one.get(key) != value]
        out += [("renegotiation", str(one.attrib)) for one in test.findall("renegotiation")
                if one.get("supported") == "1" and one.get("secure") != "1"]
        out += [("heartbleed", str(one.attrib)) for one in test.findall("heartbleed") if one.get("vulnerable") != "0"]
        ciphers = test.findall("cipher")
        self.assertGreater(len(ciphers), 2)
        out += [("cipher", f"{one.get('cipher')} {one.get('bits')} bits, {one.get('strength')}") for one in ciphers
                if int(one.get("bits")) < 112 or one.get("strength") not in ("strong", "acceptable")]
        out += [("group", f"{one.get('sslversion')} {one.get('name')} {one.get('bits')} bits")
                for one in test.findall("group") if int(one.get("bits")) < 112]
        for cert in test.iter("certificate"):
            out += [("certificate", f"{tag} {cert.findtext(tag)}") for tag in ("self-signed", "expired")
                    if cert.findtext(tag) not in (None, "false")]
        return out

    def test_nothing_that_is_weak(self):
        self.check(self.scan)


if __name__ == "__main__":
    if not all(pathlib.Path(path).is_file() for path in PROGRAMS.values()):
        sys.exit(__doc__)
    unittest.main(verbosity=2)
