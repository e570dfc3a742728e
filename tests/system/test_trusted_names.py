"""Host names in set_real_ip_from: looked up at start and at each reload. What the machine's resolver knows of them is in a file
(names.py)."""
import os
import shutil
import signal
import subprocess

import harness
from harness import POSTERN, AuthHttp, certificates
from names import Names
from test_proxy_protocol import CLIENT, V1, imap

HERE = "127.0.0.1"


class TrustedNames(harness.Test):
    def setUp(self):
        upstream = self.enter(harness.Server(imap))
        self.lookup = self.enter(AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": HERE, "Auth-Port": str(upstream.port)}))

    def reload(self, gateway, event="reloaded"):
        before = len(gateway.events(event))
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event(event, count=before + 1)

    def servers(self, *peers):
        return [{"protocol": "imap", "listen": ["imap proxy_protocol"], "auth_http": self.lookup.url, "set_real_ip_from": peers}]

    def is_believed(self, gateway):
        with gateway.client("imap") as client:
            client.send(V1)
            client.line()
            self.assertEqual(client.say("a LOGIN joe secret"), "a OK in")
        told = dict(self.lookup.requests[-1][1])["Client-IP"]
        self.assertIn(told, (HERE, CLIENT))
        return told == CLIENT

    def test_a_name_of_every_machine(self):
        gateway = self.enter(harness.Gateway(self.servers("10.0.0.0/8", "localhost")))
        self.assertTrue(self.is_believed(gateway))

    def test_all_addresses_count_and_a_reload_looks_again(self):
        names = Names(lb_test=["10.1.1.1", "::1", HERE])
        gateway = self.enter(names.gateway(self.servers("lb.test"), top={"worker_processes": 2}))
        self.assertTrue(self.is_believed(gateway))
        names.know(lb_test=["127.0.0.2"])
        self.assertTrue(self.is_believed(gateway))  # nobody has looked
        self.reload(gateway)
        self.assertFalse(self.is_believed(gateway))
        names.know(lb_test=["127.0.0.2", HERE])
        self.reload(gateway)
        self.assertTrue(self.is_believed(gateway))
        names.know(lb_test=[])
        self.reload(gateway, "reload refused, everything stays as it was")
        self.assertIn("set_real_ip_from: cannot find the addresses of lb.test: ", gateway.log())
        self.assertTrue(self.is_believed(gateway))

    def test_whoever_is_told_later_has_the_same_addresses(self):
        """A worker that replaces another one; and all, when a certificate was renewed."""
        folder = harness.temp_folder()
        pem = {"ssl_certificate": folder / "ecdsa.pem", "ssl_certificate_key": folder / "ecdsa-key.pem"}
        for name in pem.values():
            shutil.copy(certificates().folder / name.name, name)
        for key_process in (False, True):
            with self.subTest(key_process):
                names = Names(lb_test=[HERE])
                servers = self.servers("lb.test")
                servers[0]["listen"].append("imaps ssl")
                gateway = self.enter(names.gateway(
                    servers, mail={key: str(path) for key, path in pem.items()},
                    top={"ssl_key_process": key_process, "ssl_certificate_watch": "100ms", "error_log": "stderr info"}))
                names.know(lb_test=[])
                os.kill(int(gateway.wait_event("worker started")["pid"]), signal.SIGKILL)
                gateway.wait_event("worker died, replacing it")
                self.assertTrue(self.is_believed(gateway))
                certificates().make("ecdsa-anew", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
                for name in pem.values():
                    shutil.copy(certificates().folder / name.name.replace("ecdsa", "ecdsa-anew"), name)
                gateway.wait_event("every worker has the certificates")
                self.assertTrue(self.is_believed(gateway))

    def test_a_name_that_leads_nowhere(self):
        names = Names(lb_test=[])
        gateway = harness.Gateway(self.servers(HERE, "lb.test"))
        done = subprocess.run([POSTERN, *gateway.words], capture_output=True, text=True, timeout=60,
                              env={**os.environ, **names.environment})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"error: set_real_ip_from: cannot find the addresses of lb\.test: \w")
        self.assertIn("hint: write its addresses", done.stderr)


if __name__ == "__main__":
    harness.main()
