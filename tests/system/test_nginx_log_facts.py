"""What an operator reads in nginx's error log about a session stands in postern's log, too, as fields: who the client was, at
which address it came in, as whom it wanted in, where that led, and how it ended."""
import concurrent.futures
import re

import harness
import parity
from harness import free_port, temp_folder
from servers import Nginx
from test_nginx_scripts import Postern

LOGIN = "C: a LOGIN joe secret"
SSL = "listen: 127.0.0.1:PORT ssl"
ASKS_FOR_CERTIFICATE = [SSL, "server: ssl_verify_client on;", "server: ssl_client_certificate CLIENT_CA;"]
HELLO, PLAIN = "C: EHLO me", "C: AUTH PLAIN AGpvZQBzZWNyZXQ="
CLOSED = "connection closed"

# A script of tests/nginx, for what its client does; what nginx writes, at info; and postern's: what line says it, and by whom
# and why the session ended. NOWHERE is a port that nobody listens on.
ENDS = [
    ("imap", [LOGIN], "client logged in", "login", "client", CLOSED),
    ("imap", [LOGIN], "proxied session done", "end", "client", CLOSED),
    ("pop3", ["C: USER joe", "C: PASS secret"], "client logged in", "login", "client", CLOSED),
    ("smtp", [HELLO, PLAIN], "client logged in", "login", "client", CLOSED),
    ("smtp", ["server: smtp_auth none;", HELLO, "C: MAIL FROM:<a@b>", "C: RCPT TO:<c@d>"],
     "client logged in", "login", "client", CLOSED),
    ("imap", ["answer: no(1) nope", LOGIN, "pause: 1.5"], 'client login failed: "nope"', "login refused", "client", CLOSED),
    ("imap", ["answer: no nope", LOGIN],
     'client login failed: "nope"', "login refused", "gateway", "session refused: lookup said: nope"),
    ("imap", ["answer: Auth-Status: OK; Auth-Server: 127.0.0.1", LOGIN],
     "auth http server .* did not send server or port", "lookup failed", "gateway", ".*lookup: .*did not send server or port"),
    ("imap", ["answer: silent", "server: auth_http_timeout 1s;", LOGIN, "pause: 2"],
     "auth http server .* timed out", "lookup failed", "gateway", "timed out: lookup: .*"),
    ("imap", ["server: auth_http 127.0.0.1:NOWHERE/;", LOGIN],
     "recv.. failed .*Connection refused", "lookup failed", "gateway", ".*lookup: .*Connection refused"),
    ("imap", ["server: imap_auth cram-md5;", "C: a AUTHENTICATE CRAM-MD5", "cram: joe secret"],
     "auth http server .* did not send password", "lookup failed", "gateway", ".*has no password: .*"),
    ("imap", ["answer: yes Auth-Port: NOWHERE", LOGIN],
     "recv.. failed .*Connection refused", "upstream failed", "upstream", ".*cannot connect to .*: Connection refused"),
    ("imap", ["upstream: login TAG NO who", LOGIN],
     'upstream sent invalid response: "NO who"', "login refused", "client", CLOSED),
    ("imap", ["server: timeout 1s;", "upstream: greeting", LOGIN, "pause: 2"],
     "upstream timed out", "upstream failed", "upstream", "timed out: while logging in there"),
    ("smtp", ["upstream: xclient 550 no", HELLO, PLAIN],
     'upstream sent invalid response: "550 no"', "upstream failed", "upstream", "the upstream takes no XCLIENT .*"),
    ("imap", ["C: a NOOP"], None, "end", "client", CLOSED),
    ("imap", ["server: timeout 1s;", "pause: 2"], "client timed out", "end", "gateway", "timed out"),
    ("imap", ["server: proxy_timeout 1s;", LOGIN, "pause: 2"],
     "client timed out .* while proxying", "end", "gateway", "timed out"),
    ("imap", ["server: max_errors 2;", "C: x", "C: y", "C: z"],
     "client sent too many invalid commands", "end", "gateway", "too many invalid commands"),
    ("imap", ["server: imap_client_buffer 1k;", "C: a LOGIN " + "x" * 3000],
     "client sent too long command", "end", "gateway", "line, literal or reply too long"),
    ("imap", [SSL, "C: not TLS at all"], "SSL_do_handshake.. failed", "tls failed", "gateway", "TLS failed: plain text .*"),
    ("imap", ["server: starttls on;", "C: a STARTTLS", "C: not TLS at all"],
     "SSL_do_handshake.. failed", "tls failed", "gateway", "TLS failed: plain text .*"),
    ("imap", [*ASKS_FOR_CERTIFICATE, "tls:"],
     "client sent no required SSL certificate", "tls failed", "gateway", "client sent no required SSL certificate"),
    ("imap", [*ASKS_FOR_CERTIFICATE, "tls: stranger"],
     "client SSL certificate verify error", "tls failed", "gateway", "client SSL certificate verify error"),
    ("imap", ["listen: 127.0.0.1:PORT proxy_protocol", "C: a NOOP"],
     "broken header: .*", "end", "gateway", "no valid PROXY protocol header: .*"),
    ("imap", ["listen: 127.0.0.1:PORT proxy_protocol", "server: set_real_ip_from 127.0.0.0/8;",
              "C: PROXY TCP4 192.0.2.7 192.0.2.9 4711 143", LOGIN], "client logged in", "login", "client", CLOSED),
    ("smtp", ["server: smtp_greeting_delay 2s;", HELLO],
     "client was rejected before greeting", "end", "gateway", "client talked before the greeting"),
    # What a client says wrong is counted, but not written down one by one: only its session's end is there.
    ("imap", ["C: a AUTHENTICATE PLAIN", "C: !"], "client sent invalid base64 encoding", "end", "client", CLOSED),
    ("smtp", [HELLO, "C: MAIL FROM:<a@b>"], "client was rejected: ", "end", "client", CLOSED),
]
# nginx's names and postern's.
FIELDS = {"client": "client", "server": "listener", "login": "user", "upstream": "upstream"}


class Server:
    """nginx or postern, with a block for each end and all of them played."""

    def __init__(self, who, scripts):
        self.plays = [(parity.Play(script, who), [free_port()]) for script in scripts]
        self.ports = [ports[0] for _, ports in self.plays]
        blocks = [self.block(play, ports) for play, ports in self.plays]
        nginx = Nginx("".join(blocks))
        self.server = nginx if who == "nginx" else Postern(nginx)

    @staticmethod
    def block(play, ports):
        text = play.script.server(ports, play.lookup)
        own = sum("auth_http " in line for line in play.script.config["server"])
        return re.sub(r" *auth_http .*/auth;\n", "", text) if own else text

    def play(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for run in [pool.submit(play.run, port, True) for (play, _), port in zip(self.plays, self.ports)]:
                run.result()

    def close(self):
        for play, _ in self.plays:
            play.close()


class LogFacts(harness.Test):
    nowhere = free_port()

    def scripts(self):
        folder, out = temp_folder(), []
        for number, (protocol, lines, *_) in enumerate(ENDS):
            path = folder / protocol / f"{number}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(lines).replace("NOWHERE", str(self.nowhere)) + "\n")
            out.append(parity.Script(path))
        return out

    def start(self, who):
        made = Server(who, self.scripts())
        self.addCleanup(made.close)
        self.enter(made.server)
        made.play()
        return made

    @staticmethod
    def facts(line):
        """What nginx writes behind its message."""
        found = re.findall(r', (client|server|login|upstream): (?:"([^"]*)"|([^\s,"]+))', line)
        return {name: quoted or plain for name, quoted, plain in found}

    def session_at(self, gateway, port):
        """The lines of the session that came in there, and the last of them."""
        def end():
            return [e for e in gateway.events("end") if e["listener"].split()[0].endswith(f":{port}")]
        last = harness.wait_for(f"the end at {port}", end)[0]
        return gateway.events(session=last["session"]), last

    def test_every_end(self):
        nginx, gateway = self.start("nginx"), self.start("postern")
        for at, (_, lines, wrote, event, by, why) in enumerate(ENDS):
            with self.subTest(lines=lines, wrote=wrote):
                events, last = self.session_at(gateway.server, gateway.ports[at])
                self.assertIn(event, [e["event"] for e in events])
                self.assertEqual(last["ended_by"], by)
                self.assertRegex(last["reason"], f"^{why}$")
                self.assertEqual({e["client"] for e in events}, {last["client"]})
                if wrote:
                    facts = self.facts(self.line_at(nginx, wrote, nginx.ports[at]))
                    self.compare(self.anywhere(facts, nginx, at), self.anywhere(last, gateway, at))

    def line_at(self, nginx, wrote, port):
        """What a client said may have broken it into lines."""
        pattern = re.compile(wrote + rf"[\s\S]*, client: [^\n]*, server: 127\.0\.0\.1:{port}\b")
        def line():
            return [one for one in re.split(r"\n(?=\d{4}/\d\d/\d\d )", nginx.server.log()) if pattern.search(one)]
        return harness.wait_for(f"{wrote} at {port}", line)[0]

    @staticmethod
    def anywhere(facts, server, at):
        """With words for the two ports, which each server has of its own."""
        ports = {str(server.ports[at]): "<here>", str(server.plays[at][0].upstream.port): "<upstream>"}
        return {k: re.sub(r"(?<=:)\d+$", lambda m: ports.get(m.group(), m.group()), str(v)) for k, v in facts.items()}

    def compare(self, nginx, last):
        self.assertLessEqual({"client", "server"}, set(nginx))
        last = {**last, "client": last["client"].rpartition(":")[0], "listener": last["listener"].split()[0]}
        last["listener"] = re.sub(r":\d+$", ":<here>", last["listener"])  # by which it was found
        for name, value in nginx.items():
            self.assertEqual(last[FIELDS[name]], value, name)


if __name__ == "__main__":
    harness.main()
