"""auth_http services that hang, lie, break off and never end, all at once beside sessions that go on."""
import re
import socket
import threading
import time

import harness
from harness import PASSWORD, USER, AuthHttp, Mailbox, Server, free_port, wait_for
from rude import flood, hold, reset
from watch import INTERNAL, Level, Victims, log_in

WITHIN = 2  # seconds: auth_http_timeout
OK = "HTTP/1.1 200 OK\r\n"


def drop(peer, text, pause):
    for at in range(len(text)):
        peer.send(text[at:at + 1])
        time.sleep(pause)


class Service(Server):
    """Hears a question and lets `answers[user]` do what it likes with the connection: answers[user](peer)."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []
        super().__init__(self.hear)

    def hear(self, peer):
        while line := peer.line():
            headers = {}
            while (line := peer.line()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").rstrip("\r\n").partition(": ")
                headers[name] = value
            self.asked.append(headers["Auth-User"])
            if not self.answers[headers["Auth-User"]](peer):
                return


def says(*parts, then=hold):
    def answer(peer):
        for part in parts:
            peer.send(part)
        return then(peer)
    return answer


def whole(*parts):
    """An answer with its end; the connection serves the next question."""
    return says(*parts, then=lambda peer: True)


class Lookups(harness.Test):
    def setUp(self):
        self.box = self.enter(Mailbox())

    def start(self, answers, **more):
        """`answers` are the same for each protocol; {port} in them is the mailbox's, which takes the victims' logins."""
        self.services = {p: self.enter(Service({USER: self.found(p), **answers})) for p in ("imap", "pop3", "smtp")}
        return self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p], "auth_http": f"http://{s.address}/", "auth_http_timeout": f"{WITHIN}s",
              "timeout": "4s", "proxy_smtp_auth": True, "xclient": False, **more} for p, s in self.services.items()]))

    def head(self, protocol, more="", version="1.1"):
        return (f"HTTP/{version} 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1\r\n"
                f"Auth-Port: {self.box.port[protocol]}\r\n{more}")

    def found(self, protocol):
        return lambda peer: peer.send(self.head(protocol, "Content-Length: 0\r\n\r\n")) or True

    def ask_all(self, gateway, users):
        out = {}

        def ask(protocol, user):
            began = time.monotonic()
            try:
                with gateway.client(protocol) as client:
                    said = log_in(client, protocol, user)
                    out[protocol, user] = said, client.rest() if said == INTERNAL[protocol] else b"", time.monotonic() - began
            except OSError as why:
                out[protocol, user] = repr(why), b"", time.monotonic() - began
        threads = [threading.Thread(target=ask, args=(p, u), daemon=True) for p in INTERNAL for u in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.DEADLINE * 2)
        return out

    def all_fail_alone(self, cases, event="lookup failed"):
        """cases: {user: (what the service does, a pattern of the reason)}"""
        gateway = self.start({user: answer for user, (answer, _) in cases.items()})
        with Victims(gateway) as victims:
            self.ask_all(gateway, cases)  # allocators learn what they will keep
            level = Level(gateway)
            heard = self.ask_all(gateway, cases)
            level.returned(descriptors=3 * 16)  # connections are kept for the next question
            victims.check()
        self.assertEqual(len(heard), 3 * len(cases))
        lines, ends = gateway.events(event), gateway.events("end")
        for (protocol, user), (said, behind, took) in sorted(heard.items()):
            with self.subTest(protocol=protocol, case=user):
                self.assertEqual((said, behind), (INTERNAL[protocol], b""))
                self.assertLess(took, WITHIN + 12)  # machines are busy; who waits for ever waits longer
                mine = [f"{line['error']}: {line['detail']}" for line in lines if line["user"] == user]
                self.assertEqual(len(mine), 2 * 3)
                for line in mine:
                    self.assertRegex(line, cases[user][1])
                self.assertRegex([line for line in ends if line["user"] == user][0]["reason"], cases[user][1])
        self.assertNotIn(PASSWORD, gateway.log())
        return gateway


class Broken(Lookups):
    def test_answers_that_never_come_whole(self):
        head = OK + "Auth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Po"
        self.all_fail_alone({
            "silent": (hold, "timed out"),
            "silent-in-status": (says("HTTP/1.1 20"), "timed out"),
            "silent-in-headers": (says(head), "timed out"),
            "closes": (lambda peer: False, "end of stream"),
            "closes-in-status": (says("HTTP/1.1 20", then=lambda p: False), "partial|end of stream"),
            "closes-in-headers": (says(head, then=lambda p: False), "partial|end of stream"),
            "resets": (reset, "reset by peer|end of stream"),
            "half-closed": (lambda p: (p.socket.shutdown(socket.SHUT_WR), hold(p)), "end of stream"),
            "half-closed-in-headers": (says(head, then=lambda p: (p.socket.shutdown(socket.SHUT_WR), hold(p))),
                                       "partial|end of stream"),
            "a-byte-a-while": (lambda p: drop(p, head, 0.2), "timed out"),
            "endless-status": (lambda p: flood(p, b"HTTP/1.1"), "reply"),
            "endless-header": (says(OK + "X: ", then=lambda p: flood(p, b"x")), "reply"),
            "endless-headers": (says(OK, then=lambda p: flood(p, b"X-More: more\r\n")), "reply"),
            "a-banner": (says("220 mx.example ESMTP\r\n"), "reply"),
            "tls": (says(b"\x15\x03\x01\x00\x02\x02\x46"), "reply|timed out"),
            "nothing-but-lines": (lambda p: flood(p, b"\r\n"), "reply|timed out"),
            "bare-cr": (says(OK + "Auth-Status: OK\rAuth-Server: 127.0.0.1\r\n\r\n"), "reply"),
            "nul": (says(OK + "Auth-Status: OK\r\nAuth-Server: 127.0.0.1\0\r\nAuth-Port: 143\r\n\r\n"), "reply"),
            "not-ok": (whole("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"), "HTTP status 500 and without Auth-Status"),
            "continue": (whole("HTTP/1.1 100 Continue\r\n\r\n"), "did not send server or port"),
        })

    def test_lies(self):
        closed = free_port()
        here = "Auth-Status: OK\r\nAuth-Server: {}\r\nAuth-Port: {}\r\nContent-Length: 0\r\n\r\n"
        hosts = {"a-name-with-space": "mail example", "a-url": "http://127.0.0.1/", "a-path": "unix:/etc/passwd",
                 "with-port": "127.0.0.1:143", "long": "a" * 300, "dashes": "-x.example", "digits": "127.0.0.999", "scope": "fe80::1%lo",
                 "xss": "127.0.0.1'\"<>"}
        ports = {"zero": "0", "negative": "-1", "words": "imap", "large": "65536", "huge": "9" * 200, "plus": "+143", "hex": "0x8f"}
        cases = {f"host-{k}": (whole(OK + here.format(v, 143)), "invalid server address") for k, v in hosts.items()}
        cases |= {f"port-{k}": (whole(OK + here.format("127.0.0.1", v)), "invalid server port") for k, v in ports.items()}
        cases["no-host"] = (whole(OK + "Auth-Status: OK\r\nAuth-Port: 143\r\nContent-Length: 0\r\n\r\n"), "did not send server or port")
        cases["no-port"] = (whole(OK + "Auth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"), "did not send server or port")
        cases["tls"] = (whole(OK + here.replace("\r\n\r\n", "\r\nAuth-Proxy-SSL: maybe\r\n\r\n").format("127.0.0.1", closed)),
                        "invalid Auth-Proxy-SSL")
        cases["tls-that-is-off"] = (
            whole(OK + here.replace("\r\n\r\n", "\r\nAuth-Proxy-SSL: on\r\n\r\n").format("127.0.0.1", closed)), "proxy_ssl off")
        self.all_fail_alone(cases)

    def test_the_wrong_place(self):
        """Syntax is right, and there is no mail server: the upstream's failure, in words that name the place."""
        closed, silent = free_port(), self.enter(Server(hold))
        web = self.enter(Server(lambda p: p.send("HTTP/1.1 400 Bad Request\r\n\r\n") or hold(p)))
        here = OK + "Auth-Status: OK\r\nAuth-Server: {}\r\nAuth-Port: {}\r\nContent-Length: 0\r\n\r\n"
        self.all_fail_alone({
            "nobody": (whole(here.format("127.0.0.1", closed)), f"127.0.0.1:{closed}: Connection refused"),
            "silent": (whole(here.format("127.0.0.1", silent.port)), "timed out"),
            "web": (whole(here.format("127.0.0.1", web.port)), "reply that the protocol does not allow"),
            "no-such-name": (whole(here.format("mail.invalid", 143)), "cannot resolve mail.invalid"),
            "not-a-machine": (whole(here.format("255.255.255.255", 143)), "cannot connect to 255.255.255.255:143: "),
        }, event="upstream failed")

    def test_a_way_that_leads_back_to_the_gateway(self):
        """Each login would make another one, for ever: as one ends for its time, the last one finds a place."""
        ports = {}
        service = self.enter(AuthHttp(lambda headers, _: {
            "Auth-Status": "OK", "Auth-Server": "127.0.0.1",
            "Auth-Port": str((ports if headers["Auth-User"] == "loop" else self.box.port)[headers["Auth-Protocol"]])}))
        gateway = harness.Gateway(
            [{"protocol": p, "listen": [p], "auth_http": service.url, "timeout": "20s", "proxy_smtp_auth": True, "xclient": False}
             for p in ("imap", "pop3", "smtp")] +
            [{"protocol": "imap", "listen": ["wide"], "upstream": f"127.0.0.1:{free_port()}"}])
        head, _, wide = gateway.text.rpartition("[[mail.server]]")
        wide = wide.replace("127.0.0.1", "0.0.0.0", 1)
        gateway.write(head + "[[mail.server]]" + re.sub(r"(?<=upstream = )\S+", f'"127.0.0.1:{gateway.port["wide"]}"', wide))
        ports.update(gateway.port)
        self.enter(gateway)
        with Victims(gateway) as victims:
            for name in ("imap", "pop3", "smtp", "wide"):
                with self.subTest(name), gateway.client(name) as client:
                    protocol = name if name in INTERNAL else "imap"
                    self.assertEqual(log_in(client, protocol, "loop"), INTERNAL[protocol])
            victims.check()
        self.assertEqual(len(service.requests), 3 + 3)  # the victims', and one for each
        lines = gateway.events("lookup failed")
        self.assertEqual(len(lines), 4)
        for line in lines:
            self.assertIn("leads back to this server's own listener", line["detail"])


class Good(Lookups):
    """What is strange and yet an answer."""

    def test_the_rest_of_an_answer_does_not_matter(self):
        def kinds(protocol):
            head = self.head(protocol)
            return {
                "byte-by-byte": lambda p: drop(p, self.head(protocol, "Content-Length: 0\r\n\r\n"), 0.002) or True,
                "huge-body": says(head + f"Content-Length: {10 ** 12}\r\n\r\n", then=lambda p: flood(p, b"x")),
                "endless-chunks": says(head + "Transfer-Encoding: chunked\r\n\r\n", then=lambda p: flood(p, b"4\r\nxxxx\r\n")),
                "wrong-chunks": says(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
                "body-that-stops": says(head + "Content-Length: 100\r\n\r\nhalf"),
                "body-until-the-end": says(self.head(protocol, "\r\n", "1.0"), then=lambda p: flood(p, b"x")),
                "half-closed": says(self.head(protocol, "\r\n", "1.0"),
                                    then=lambda p: (p.socket.shutdown(socket.SHUT_WR), hold(p))),
                "gone": says(head + "Content-Length: 0\r\n\r\n", then=lambda p: False),
                "many-headers": whole(head + "X-More: more\r\n" * 800 + "Content-Length: 0\r\n\r\n"),
            }
        users = kinds("imap")
        gateway = self.start({})
        for protocol, service in self.services.items():
            service.answers.update(kinds(protocol))
        # the mailbox knows one user only: what it refuses was asked there
        with Victims(gateway) as victims:
            self.ask_all(gateway, users)
            level = Level(gateway)
            heard = self.ask_all(gateway, users)
            level.returned(descriptors=3 * 16)
            victims.check()
        self.assertEqual(gateway.events("lookup failed"), [])
        for (protocol, user), (said, *_) in heard.items():
            with self.subTest(protocol=protocol, case=user):
                self.assertRegex(said, {"imap": "^a1 NO ", "pop3": "^-ERR ", "smtp": "^535 "}[protocol])
                self.assertNotEqual(said, INTERNAL[protocol])
        refused = gateway.events("login refused", by="upstream")
        self.assertEqual(len(refused), 2 * 3 * len(users))

    def test_nothing_that_a_service_says_becomes_a_command_or_a_header(self):
        heard = []

        def talk(peer):
            peer.send("+OK\r\n")
            while line := peer.line():
                heard.append(line)
                peer.send("+OK\r\n")
        upstream = self.enter(Server(talk))
        place = OK + f"Auth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: {upstream.port}\r\n"
        answers = {
            "folded": whole(place + "Auth-User: eve\r\n\tDELE 1\r\nContent-Length: 0\r\n\r\n"),
            "lf": whole(place + "Auth-User: eve\nDELE 1\r\nContent-Length: 0\r\n\r\n"),
            "cr": whole(place + "Auth-Pass: x\rDELE 1\r\nContent-Length: 0\r\n\r\n"),
        }
        gateway = self.start(answers)
        for user in answers:
            with gateway.client("pop3") as client:
                log_in(client, "pop3", user)
        self.assertEqual([line for line in heard if not line.startswith((b"USER ", b"PASS "))], [])

    def test_a_second_answer_is_not_for_the_next_user(self):
        """On a connection that is kept, somebody's service (or who speaks in its name) says more than it was asked."""
        evil = self.enter(Server(lambda p: p.send("+OK evil\r\n") or hold(p)))
        lie = OK + f"Auth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: {evil.port}\r\nContent-Length: 0\r\n\r\n"
        no = OK + "Auth-Status: no\r\nContent-Length: 0\r\n\r\n"

        def later(peer):
            peer.send(no)
            time.sleep(0.3)
            peer.send(lie)
            return True
        gateway = self.start({"at-once": whole(no + lie), "later": later})
        for user in ("at-once", "later"):
            with gateway.client("pop3") as client:
                self.assertEqual(log_in(client, "pop3", user), "-ERR no")
            time.sleep(0.6)
            with gateway.client("pop3") as client:
                self.assertRegex(log_in(client, "pop3"), r"^\+OK \d+ messages")
        self.assertEqual(evil.connections, [])


class Death(Lookups):
    def test_it_dies_under_load_and_comes_back(self):
        port = free_port()


        def reply(headers, _):
            return {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(self.box.port[headers["Auth-Protocol"]])}
        good = self.enter(AuthHttp(reply, port))
        gateway = self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p], "auth_http": f"http://127.0.0.1:{port}/", "auth_http_timeout": "20s",
              "proxy_smtp_auth": True, "xclient": False} for p in ("imap", "pop3", "smtp")]))
        with Victims(gateway) as victims:
            levels = []
            for _ in range(2):  # the second time shows what the first one left behind
                good.close()
                silent = self.enter(AuthHttp(lambda *_: None, port))
                said = []

                def ask(protocol):
                    try:
                        with gateway.client(protocol) as client:
                            said.append((protocol, log_in(client, protocol)))
                    except OSError as why:
                        said.append((protocol, repr(why)))
                threads = [threading.Thread(target=ask, args=(("imap", "pop3", "smtp")[n % 3],), daemon=True) for n in range(100)]
                for thread in threads:
                    thread.start()
                wait_for("100 questions in flight", lambda: len(silent.requests) == 100)
                silent.close()
                began = time.monotonic()
                for thread in threads:
                    thread.join(harness.DEADLINE)
                self.assertLess(time.monotonic() - began, 10)  # much sooner than auth_http_timeout
                self.assertEqual([(p, s) for p, s in said if s != INTERNAL[p]], [])
                self.assertEqual(len(said), 100)
                with gateway.client("imap") as client:
                    self.assertEqual(log_in(client, "imap"), INTERNAL["imap"])
                victims.check()
                good = self.enter(AuthHttp(reply, port))
                for protocol, wanted in (("imap", "^a1 OK"), ("pop3", r"^\+OK \d"), ("smtp", "^235")):
                    with gateway.client(protocol) as client:
                        self.assertRegex(log_in(client, protocol), wanted)
                levels.append(Level(gateway))
            levels[0].returned(descriptors=3 * 16)
        lines = gateway.events("lookup failed")
        self.assertEqual(len(lines), 202)
        self.assertEqual({bool(re.search("refused|reset|end of stream", str(line))) for line in lines}, {True})


if __name__ == "__main__":
    harness.main()
