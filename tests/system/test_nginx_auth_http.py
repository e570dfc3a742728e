"""The same logins before nginx's mail proxy and before postern: the auth_http service hears the same, header by header and in
the same order."""
import base64
import re
import socket
import threading

import harness
from harness import AuthHttp, temp_folder
from test_nginx_certificates import PROTOCOLS, STARTTLS, Nginx

DIGEST = "0123456789abcdef0123456789abcdef"
V1 = b"PROXY TCP4 192.0.2.7 192.0.2.9 4711 143\r\n"
V6 = b"PROXY TCP6 2001:db8::7 2001:db8::9 4711 143\r\n"
V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 7, 192, 0, 2, 9]) + b"\x12\x67\0\x8f"
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
LOGIN = {"imap": ["a LOGIN joe secret"], "pop3": ["USER joe", "PASS secret"], "smtp": ["AUTH PLAIN AGpvZQBzZWNyZXQ="]}


def in64(text):
    return base64.b64encode(text.encode("latin-1")).decode()


# Lines of a client, each of which is answered by one.
LOGINS = [(protocol, lines) for protocol, sayings in {
    "imap": [
        ["a LOGIN joe secret"],
        ['a LOGIN "j o%e" "p \\"w+d"'],
        ["a LOGIN {5+}\r\nj\xf6\x01\x7f; {4+}\r\n\r\n\t\xff"],
        ["a AUTHENTICATE PLAIN", in64("other\0joe\0secret")],
        ["a AUTHENTICATE PLAIN " + in64("\0jo\r\ne\0se:\"'cret")],
        ["a AUTHENTICATE LOGIN", in64("joe"), in64("secret")],
        ["a AUTHENTICATE CRAM-MD5", in64("joe " + DIGEST)],
        ["a LOGIN again x", "c AUTHENTICATE CRAM-MD5", in64("again " + DIGEST), "d LOGIN joe z"],
    ],
    "pop3": [
        ["USER joe", "PASS secret"],
        ["USER  j o e", "PASS two words "],
        ["AUTH PLAIN", in64("\0joe\0secret")],
        ["AUTH LOGIN", in64("joe"), in64("secret")],
        ["APOP joe " + DIGEST],
        ["AUTH CRAM-MD5", in64("joe " + DIGEST)],
        ["APOP again " + DIGEST, "USER again", "PASS x", "APOP joe " + DIGEST],
    ],
    "smtp": [
        ["AUTH PLAIN " + in64("\0joe\0secret")],
        ["HELO me", "AUTH LOGIN", in64("joe"), in64("sec%ret")],
        ["AUTH LOGIN " + in64("joe"), in64("secret")],
        ["AUTH CRAM-MD5", in64("joe " + DIGEST)],
        ["HELO me.example", "MAIL FROM:<a@b>  SIZE=100 BODY=8BITMIME ", "RCPT TO:<c@d>"],
        ["MAIL FROM:<>", "RCPT TO:<again@d>", "RCPT TO:<c@d>"],
        # nginx 1.22 repeats name and password of a login that was refused before; 1.29 does not
        ["HELO me", "MAIL FROM:<a@b>", "rcpt to:<again@d>", "AUTH PLAIN " + in64("\0joe\0x")],
    ],
}.items() for lines in sayings]


def answer(headers, _):
    again = headers["Auth-User"] == "again" or "again" in headers.get("Auth-SMTP-To", "")
    return {"Auth-Status": "no", **({"Auth-Wait": "1"} if again else {})}


class LikeNginx(harness.Test):
    EVERY = {"imap_auth": "plain login cram-md5", "pop3_auth": "plain apop cram-md5", "smtp_auth": "plain login cram-md5 none"}
    PROXIED = [(f"{p}-proxied", p, "proxy_protocol") for p in PROTOCOLS]

    def both(self, **lines):
        self.lookup = self.enter(AuthHttp(answer))
        nginx = self.enter(Nginx(self.lookup, {**self.EVERY, **lines}, self.PROXIED))
        gateway = self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p, p + "s ssl"], "starttls": "on", **self.of_postern(lines)} for p in PROTOCOLS] +
            [{"protocol": p, "listen": [f"{name} {options}"], **self.of_postern(lines)} for name, p, options in self.PROXIED]))
        return nginx, gateway

    def of_postern(self, lines):
        lines = {"auth_http": self.lookup.url, **self.EVERY, **lines}
        header = lines.pop("auth_http_header", "")
        return {**lines, **({"auth_http_header": [header]} if header else {})}

    def told(self, server, protocol, lines, name=None, tls=False, starttls=False, first=b""):
        asked = len(self.lookup.requests)
        with server.client(name or protocol) as client:
            client.send(first)
            if tls:
                client.start_tls()
            client.line()
            if starttls:
                for line in STARTTLS[protocol]:
                    client.reply(line) if protocol == "smtp" else client.say(line)
                client.start_tls()
            for line in lines:
                client.send(line.encode("latin-1") + b"\r\n")
                self.assertNotEqual(client.line(), b"", line)
        return [self.normal(*one) for one in self.lookup.requests[asked:]]

    def normal(self, line, headers):
        """The version of HTTP and the name of a suite are each one's own; a challenge is another each time."""
        shape = r"<[0-9]+\.[0-9]{10}@gw\.example\.org>"
        headers = [(k, re.sub(shape, "<challenge>", v)) for k, v in headers]
        return line.rsplit(" ", 1)[0], [(k, "") if k == "Auth-SSL-Cipher" else (k, v) for k, v in headers]

    def compare(self, servers, protocol, lines, **more):
        nginx, gateway = servers
        with self.subTest(protocol=protocol, lines=lines, **more):
            wanted = self.told(nginx, protocol, lines, **more)
            self.assertTrue(wanted)
            self.assertEqual(self.told(gateway, protocol, lines, **more), wanted)
            return wanted

    def test_every_way_to_log_in(self):
        servers = self.both()
        seen = set()
        for protocol, lines in LOGINS:
            for _, headers in self.compare(servers, protocol, lines) or ():
                seen |= {value for name, value in headers if name == "Auth-Method"}
                if dict(headers)["Auth-Method"] in ("cram-md5", "apop"):
                    self.assertEqual(dict(headers)["Auth-Salt"], "<challenge>")
        self.assertEqual(seen, {"plain", "cram-md5", "apop", "none"})

    def test_tls_and_the_operators_own_headers(self):
        servers = self.both(auth_http_header="X-Site one-%20-two")
        for protocol in PROTOCOLS:
            told = self.compare(servers, protocol, LOGIN[protocol], name=protocol + "s", tls=True)
            self.assertEqual([name for name, _ in told[0][1]][-4:], ["Auth-SSL", "Auth-SSL-Protocol", "Auth-SSL-Cipher", "X-Site"])
            self.compare(servers, protocol, LOGIN[protocol], starttls=True)

    def test_load_balancers(self):
        for lines in ({}, {"set_real_ip_from": "127.0.0.0/8"}, {"set_real_ip_from": "10.0.0.0/8"}):
            servers = self.both(**lines)
            for protocol in PROTOCOLS:
                for first in (V1, V6, V2, LOCAL, b"PROXY UNKNOWN\r\n"):
                    told = self.compare(servers, protocol, LOGIN[protocol], name=protocol + "-proxied", first=first)
                    self.assertEqual("Proxy-Protocol-Server-Port" in dict(told[0][1]), first in (V1, V6, V2))

    def listening(self, at):
        """The service at another socket than loopback's."""
        service = AuthHttp(answer)
        service.close()
        service.socket = at
        at.listen()
        threading.Thread(target=service.accept, daemon=True).start()
        return self.enter(service)

    def test_where_the_service_is(self):
        """Its name as written, a query, IPv6, and a Unix socket."""
        path = temp_folder() / "auth"
        at_path = socket.socket(socket.AF_UNIX)
        at_path.bind(str(path))
        path.chmod(0o777)
        v6 = socket.socket(socket.AF_INET6)
        v6.bind(("::1", 0))
        one, two = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        for url, host, at in ((f"localhost:{one.getsockname()[1]}/a/b?c=d&e", "localhost", one),
                              (f"http://127.0.0.1:{two.getsockname()[1]}", "127.0.0.1", two),
                              (f"[::1]:{v6.getsockname()[1]}/x", "[::1]", v6),
                              (f"unix:{path}:/x/y", "localhost", at_path)):
            servers = self.both(auth_http=url)
            self.lookup = self.listening(at)
            told = self.compare(servers, "imap", LOGIN["imap"])
            self.assertEqual(told[0][1][0], ("Host", host))


if __name__ == "__main__":
    harness.main()
