"""Names of upstreams and auth_http services whose addresses change while the program runs, or whose first address is dead. What
the machine's resolver knows of them is in a file (names.py)."""
import harness
from harness import AuthHttp, wait_for
from names import Names

HERE, THERE, NOBODY = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Test(harness.Test):
    def upstream(self, host=HERE, port=0):
        """Lets everybody in; its connections are counted."""
        def talk(peer):
            peer.send("* OK hi\r\n")
            peer.send(peer.line().split()[0] + b" OK in\r\n")
            peer.rest()
        return self.enter(harness.Server(talk, port, host))

    def log_in(self, gateway):
        with gateway.client("imap") as client:
            client.line()
            return client.say("a LOGIN joe secret")


class Upstreams(Test):
    def test_a_name_is_looked_up_for_each_login(self):
        here = self.upstream()
        there = self.upstream(THERE, here.port)
        names = Names(mail_test=[HERE])
        gateway = self.enter(names.gateway([{"protocol": "imap", "listen": ["imap"], "upstream": f"mail.test:{here.port}"}]))
        for known, wanted in (([HERE], (1, 0)), ([THERE], (1, 1)), ([NOBODY, THERE], (1, 2)), ([NOBODY, HERE, THERE], (2, 2))):
            names.know(mail_test=known)
            self.assertEqual(self.log_in(gateway), "a OK in")
            self.assertEqual((len(here.connections), len(there.connections)), wanted)
        for known in ([NOBODY], []):
            names.know(mail_test=known)
            self.assertEqual(self.log_in(gateway), "* BAD internal server error")
        details = [e["detail"] for e in gateway.events("upstream failed")]
        self.assertEqual(len(details), 2)
        self.assertRegex(details[0], "cannot connect to 127.0.0.3:.*refused")
        self.assertRegex(details[1], "cannot resolve mail.test: ")

    def test_a_name_that_a_service_answers(self):
        here = self.upstream()
        there = self.upstream(THERE, here.port)
        names = Names(mail_test=[HERE])
        lookup = self.enter(AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": "mail.test", "Auth-Port": str(here.port)}))
        gateway = self.enter(names.gateway([{"protocol": "imap", "listen": ["imap"], "auth_http": lookup.url}]))
        self.assertEqual(self.log_in(gateway), "a OK in")
        names.know(mail_test=[THERE])
        self.assertEqual(self.log_in(gateway), "a OK in")
        self.assertEqual((len(here.connections), len(there.connections)), (1, 1))


class Services(Test):
    """auth_http."""

    def service(self, upstream, host=HERE, port=0):
        answer = {"Auth-Status": "OK", "Auth-Server": HERE, "Auth-Port": str(upstream.port)}
        return self.enter(AuthHttp(lambda *_: answer, port, host))

    def test_a_service_that_moves(self):
        upstream = self.upstream()
        here = self.service(upstream)
        there = self.service(upstream, THERE, here.port)
        names = Names(auth_test=[HERE])
        gateway = self.enter(names.gateway([{"protocol": "imap", "listen": ["imap"], "auth_http": f"http://auth.test:{here.port}/"}]))
        self.assertEqual(self.log_in(gateway), "a OK in")
        names.know(auth_test=[THERE])

        def moved():
            self.assertEqual(self.log_in(gateway), "a OK in")
            return there.requests
        wait_for("the new address", moved, 60)  # what is known lasts twenty seconds
        before = len(here.requests)
        self.assertEqual(self.log_in(gateway), "a OK in")
        self.assertEqual(len(here.requests), before)
        self.assertEqual(dict(there.requests[0][1])["Host"], dict(here.requests[0][1])["Host"])

    def test_a_service_whose_first_address_is_dead(self):
        upstream = self.upstream()
        here = self.service(upstream)
        names = Names(auth_test=[NOBODY, HERE])
        gateway = self.enter(names.gateway([{"protocol": "imap", "listen": ["imap"], "auth_http": f"http://auth.test:{here.port}/"}]))
        for _ in range(2):
            self.assertEqual(self.log_in(gateway), "a OK in")
        self.assertEqual(len(here.requests), 2)


if __name__ == "__main__":
    harness.main()
