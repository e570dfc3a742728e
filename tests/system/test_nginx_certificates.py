"""The same clients, with and without certificates, before nginx's mail proxy and before postern: the same answers, and the
same words to the auth_http service."""
import re

import harness
import servers
from client_ca import VERSIONS, authority
from harness import AuthHttp, free_port

PROTOCOLS = ("imap", "pop3", "smtp")
LOGIN = {"imap": ["a LOGIN joe secret"], "pop3": ["USER joe", "PASS secret"],
         "smtp": ["EHLO me", "AUTH PLAIN AGpvZQBzZWNyZXQ="]}
STARTTLS = {"imap": ["a STARTTLS"], "pop3": ["STLS"], "smtp": ["EHLO me", "STARTTLS"]}


class Nginx(servers.Nginx):
    """Ports are found as a Gateway's are."""

    def __init__(self, lookup, lines, more=()):
        """`more`: further addresses, each a name, a protocol and the options behind the port."""
        self.port, blocks = {}, ""
        for protocol in PROTOCOLS:
            for name, word in ((protocol, ""), (protocol + "s", " ssl")):
                self.port[name] = free_port()
                blocks += f"server {{ listen 127.0.0.1:{self.port[name]}{word}; protocol {protocol};" + \
                           ("" if word else " starttls on;") + " }\n"
        for name, protocol, options in more:
            self.port[name] = free_port()
            blocks += f"server {{ listen 127.0.0.1:{self.port[name]} {options}; protocol {protocol}; }}\n"
        lines = {"auth_http": f"{lookup.address}/auth", **lines}
        super().__init__("".join(f"{key} {value};\n" for key, value in lines.items()) + blocks)

    def client(self, name, **more):
        return harness.Client(self.port[name], **more)


class LikeNginx(harness.Test):
    def both(self, **lines):
        """nginx and postern with the same directives, and one service behind both."""
        self.lookup = self.enter(AuthHttp(lambda *_: {"Auth-Status": "no"}))
        nginx = self.enter(Nginx(self.lookup, lines))
        gateway = self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p, p + "s ssl"], "starttls": "on", "auth_http": self.lookup.url, **lines}
             for p in PROTOCOLS]))
        return nginx, gateway

    def meet(self, server, protocol, name, version, starttls):
        """All that the client hears, and what the service was asked about it."""
        asked = len(self.lookup.requests)
        heard = []
        with server.client(protocol if starttls else protocol + "s") as client:
            if starttls:
                heard.append(client.line())
                for line in STARTTLS[protocol]:
                    client.reply(line) if protocol == "smtp" else client.say(line)
            client.start_tls(authority().context(name, version))
            if not starttls:
                heard.append(client.line())
            for line in LOGIN[protocol]:
                try:
                    client.send(line + "\r\n")
                except OSError:
                    pass
                first = client.line()
                while protocol == "smtp" and re.match(rb"\d\d\d-", first):
                    first = client.line()
                heard.append(first)
        told = [one for _, headers in self.lookup.requests[asked:] for one in headers if one[0].startswith("Auth-SSL")]
        return self.normal(heard), [one for one in told if one[0] != "Auth-SSL-Cipher"]  # each has a taste of its own

    # Who is refused may hear the line, or write into what is closed already; both end the session then.
    @staticmethod
    def normal(heard):
        return [line for line in heard if line]

    def compare(self, names, **lines):
        nginx, gateway = self.both(**lines)
        for protocol in PROTOCOLS:
            for name in names:
                for version in VERSIONS:
                    for starttls in (False, True):
                        with self.subTest(lines=lines, protocol=protocol, name=name, version=version, starttls=starttls):
                            wanted = self.meet(nginx, protocol, name, version, starttls)
                            self.assertEqual(self.meet(gateway, protocol, name, version, starttls), wanted)
                            self.assertTrue(wanted[0])
        self.seen = [headers for _, headers in self.lookup.requests]

    def test_each_mode(self):
        ca = {"ssl_client_certificate": authority().file}
        for mode in ("on", "optional", "optional_no_ca"):
            self.compare((None, "joe", "late", "stranger", "wrong"), ssl_verify_client=mode, **ca)
        self.compare((None, "joe"), ssl_verify_client="off")

    def test_whole_certificates_and_odd_names(self):
        self.compare(("joe", "odd", "stranger"), ssl_verify_client="optional_no_ca", auth_http_pass_client_cert="on",
                     ssl_client_certificate=authority().file)
        told = {name for headers in self.seen for name, _ in headers}
        self.assertLessEqual({"Auth-SSL", "Auth-SSL-Verify", "Auth-SSL-Subject", "Auth-SSL-Cert"}, told)

    def test_nobody_is_known(self):
        self.compare((None, "joe", "stranger", "late", "deep"), ssl_verify_client="optional_no_ca")

    def test_revoked(self):
        self.compare(("joe", "gone"), ssl_verify_client="on", ssl_client_certificate=authority().file,
                     ssl_crl=authority().folder / "crl.pem")

    def test_depth(self):
        for depth in (0, 1):
            self.compare(("joe", "deep"), ssl_verify_client="on", ssl_verify_depth=depth,
                         ssl_client_certificate=authority().file)


if __name__ == "__main__":
    harness.main()
