"""Many names: which certificate a client gets, and that fresh ones come without a reload."""
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

import harness
from harness import certificates, postern, run, temp_folder, wait_for

EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def make(name, days="90", kind=EC):
    """(certificate, key) for a host name, as texts, signed by the tests' CA."""
    pem, key = certificates().make(f"made-{name}", *kind, days=days, host=name)
    return pem.read_text(), key.read_text()


def serial(text):
    return ssl.PEM_cert_to_DER_cert(text)


def seen(gateway, port, name):
    """The certificate that a client gets which asks for that name (None: for none), or the alert's name."""
    context = ssl.create_default_context(cafile=str(certificates().ca))
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", gateway.port[port]), harness.DEADLINE) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=name) as client:
                return client.getpeercert(binary_form=True)
        except ssl.SSLError as why:
            return str(why)


def replace(path, text):
    """As certbot and careful people do: a new file takes the old one's place at once."""
    path = pathlib.Path(path)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    os.replace(fresh, path)


class Names(harness.Test):
    def start(self, server, blocks="", workers=2, top=None, inside=False):
        """One server, before the greeting of which nothing is needed; `blocks` are [[mail.server.certificate]]."""
        gateway = harness.Gateway(
            [{"protocol": "imap", "listen": ["s ssl"], "upstream": "127.0.0.1:1", **server}],
            mail={"ssl_certificate": None, "ssl_certificate_key": None} if inside else None,
            top={"worker_processes": workers, "ssl_certificate_watch": "100ms", **(top or {})})
        gateway.write(gateway.text + blocks)
        return self.enter(gateway)

    def becomes(self, gateway, name, wanted, port="s"):
        """Every worker gives that certificate: connections spread over them."""
        def all_do():
            return all(seen(gateway, port, name) == serial(wanted) for _ in range(12))
        wait_for(f"the new certificate of {name}", all_do, 30)


class Choosing(Names):
    def test_by_name(self):
        folder = temp_folder()
        a, b = make("a.example.org"), make("*.b.example.org")
        for name, (pem, key) in (("a", a), ("b", b)):
            (folder / f"{name}.pem").write_text(pem)
            (folder / f"{name}-key.pem").write_text(key)
        gateway = self.start({}, f'''
[[mail.server.certificate]]
ssl_certificate = "{folder}/a.pem"
ssl_certificate_key = "{folder}/a-key.pem"
[[mail.server.certificate]]
ssl_certificate = "{folder}/b.pem"
ssl_certificate_key = "{folder}/b-key.pem"
''')
        default = serial((certificates().folder / "ecdsa.pem").read_text())
        for name, wanted in (("a.example.org", serial(a[0])), ("A.Example.Org", serial(a[0])), ("x.b.example.org", serial(b[0])),
                             ("x.y.b.example.org", default), ("stranger.example", default), (None, default)):
            with self.subTest(name=name):
                self.assertEqual(seen(gateway, "s", name), wanted)

    def test_strangers_are_refused(self):
        gateway = self.start({"ssl_reject_unknown_sni": True})
        default = serial((certificates().folder / "ecdsa.pem").read_text())
        self.assertEqual(seen(gateway, "s", "localhost"), default)
        self.assertEqual(seen(gateway, "s", None), default)
        self.assertIn("UNRECOGNIZED_NAME", str(seen(gateway, "s", "stranger.example")).upper().replace(" ", "_"))

    def test_a_folder_of_all_forms(self):
        folder = temp_folder()
        made = {name: make(name) for name in ("one.example.org", "two.example.org", "three.example.org", "four.example.org")}
        pem, key = made["one.example.org"]
        (folder / "one.pem").write_text(pem + key)
        pem, key = made["two.example.org"]
        (folder / "two.crt").write_text(pem)
        (folder / "two.key").write_text(key)
        for name, parts in (("three", ("fullchain.pem", "privkey.pem")), ("four", ("tls.crt", "tls.key"))):
            (folder / name).mkdir()
            for part, text in zip(parts, made[f"{name}.example.org"]):
                (folder / name / part).write_text(text)
        (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\n")
        (folder / "README").write_text("not a certificate")
        gateway = self.start({"ssl_certificate_dir": str(folder), "server_name": "two.example.org"}, inside=True)
        for name, (pem, _) in made.items():
            with self.subTest(name=name):
                self.assertEqual(seen(gateway, "s", name), serial(pem))
        # server_name's certificate is the default.
        self.assertEqual(seen(gateway, "s", None), serial(made["two.example.org"][0]))
        self.assertRegex(gateway.log(), r"warning: ssl_certificate_dir: .*broken\.pem")

    def test_a_wrong_key_in_a_folder(self):
        folder = temp_folder()
        a, b = make("a.example.org"), make("b.example.org")
        (folder / "a.pem").write_text(a[0] + b[1])
        server = {"ssl_certificate_dir": str(folder)}
        gateway = self.start(server, workers=1)
        default = serial((certificates().folder / "ecdsa.pem").read_text())
        for _ in range(3):
            self.assertEqual(seen(gateway, "s", "a.example.org"), default)
        self.assertEqual(len(gateway.events("certificate cannot be used")), 1)
        self.assertIn("a.pem", gateway.events("certificate cannot be used")[0]["why"])
        self.assertIn("a.pem", postern("check", "-c", gateway.file).stderr)
        self.assertNotIn("a.pem", postern("check", "--quick", "-c", gateway.file).stderr)


class Renewing(Names):
    def test_replaced_files(self):
        folder = temp_folder()
        old, new = make("localhost"), make("localhost")
        for name, text in zip(("c.pem", "k.pem"), old):
            (folder / name).write_text(text)
        gateway = self.start({"ssl_certificate": f"{folder}/c.pem", "ssl_certificate_key": f"{folder}/k.pem"})
        self.assertEqual(seen(gateway, "s", "localhost"), serial(old[0]))
        replace(folder / "c.pem", new[0])
        replace(folder / "k.pem", new[1])
        self.becomes(gateway, "localhost", new[0])
        self.assertEqual(gateway.wait_event("certificate renewed")["file"], f"{folder}/c.pem")
        self.assertEqual(gateway.events("reloaded"), [])

    def test_half_of_a_pair_waits_for_the_other(self):
        folder = temp_folder()
        old, new = make("localhost"), make("localhost")
        for name, text in zip(("c.pem", "k.pem"), old):
            (folder / name).write_text(text)
        gateway = self.start({"ssl_certificate": f"{folder}/c.pem", "ssl_certificate_key": f"{folder}/k.pem"})
        (folder / "c.pem").write_text(new[0][:200])  # half written, and then nothing for a while
        refused = gateway.wait_event("certificate not renewed, the old one stays")
        self.assertEqual(refused["file"], f"{folder}/c.pem")
        (folder / "c.pem").write_text(new[0])
        gateway.wait_event("certificate not renewed, the old one stays", count=2)  # its key does not fit yet
        self.assertEqual(seen(gateway, "s", "localhost"), serial(old[0]))
        (folder / "k.pem").write_text(new[1])
        self.becomes(gateway, "localhost", new[0])

    def test_certbot(self):
        """live/NAME/*.pem are links into archive/NAME, turned to the next number one by one."""
        folder = temp_folder()
        live, archive = folder / "live" / "localhost", folder / "archive" / "localhost"
        live.mkdir(parents=True)
        archive.mkdir(parents=True)
        pairs = [make("localhost"), make("localhost")]

        def turn(number):
            for name, text in zip(("fullchain", "privkey"), pairs[number - 1]):
                (archive / f"{name}{number}.pem").write_text(text)
                fresh = live / f"{name}.new"
                fresh.symlink_to(f"../../archive/localhost/{name}{number}.pem")
                os.replace(fresh, live / f"{name}.pem")
        turn(1)
        gateway = self.start({"ssl_certificate": f"{live}/fullchain.pem", "ssl_certificate_key": f"{live}/privkey.pem"})
        turn(2)
        self.becomes(gateway, "localhost", pairs[1][0])

    def test_kubernetes(self):
        """A volume's files are links through ..data, which is turned to a new folder at once."""
        folder = temp_folder()
        pairs = [make("localhost"), make("localhost")]

        def turn(number):
            data = folder / f"..2026_{number}"
            data.mkdir()
            for name, text in zip(("tls.crt", "tls.key"), pairs[number - 1]):
                (data / name).write_text(text)
            (folder / "..data_tmp").symlink_to(data.name)
            os.replace(folder / "..data_tmp", folder / "..data")
        turn(1)
        for name in ("tls.crt", "tls.key"):
            (folder / name).symlink_to(f"..data/{name}")
        gateway = self.start({"ssl_certificate_dir": str(folder)}, inside=True)
        turn(2)
        shutil.rmtree(folder / "..2026_1")
        self.becomes(gateway, "localhost", pairs[1][0])

    def test_a_folder(self):
        folder = temp_folder()
        a, b, a2 = make("a.example.org"), make("b.example.org"), make("a.example.org")
        default = (certificates().folder / "ecdsa.pem").read_text()
        (folder / "a.pem").write_text("".join(a))
        gateway = self.start({"ssl_certificate_dir": str(folder)})
        self.assertEqual(seen(gateway, "s", "b.example.org"), serial(default))
        held = gateway.client("s", tls=True, context=harness.tls_context())  # a session of before
        self.addCleanup(held.close)
        held.line()
        (folder / "b.pem").write_text("".join(b))
        self.becomes(gateway, "b.example.org", b[0])
        self.assertEqual(gateway.wait_event("certificate added")["file"], f"{folder}/b.pem")
        replace(folder / "a.pem", "".join(a2))
        self.becomes(gateway, "a.example.org", a2[0])
        replace(folder / "a.pem", a2[0] + b[1])  # a key that does not fit
        gateway.wait_event("certificate not renewed, the old one stays")
        self.becomes(gateway, "a.example.org", a2[0])
        (folder / "b.pem").unlink()
        self.becomes(gateway, "b.example.org", default)
        gateway.wait_event("certificate removed")
        self.assertTrue(held.say("a NOOP").startswith("a OK"))
        # A folder that goes away for a while changes nothing.
        os.rename(folder, f"{folder}-moved")
        gateway.wait_event("certificate not renewed, the old one stays", file=str(folder))
        self.assertEqual(seen(gateway, "s", "a.example.org"), serial(a2[0]))
        os.rename(f"{folder}-moved", folder)
        # A worker that died comes back with what is newest.
        os.kill(gateway.workers()[0], 9)
        gateway.wait_event("worker died, replacing it")
        wait_for("two workers", lambda: len(gateway.workers()) == 2)
        self.becomes(gateway, "a.example.org", a2[0])

    def test_responses(self):
        """Of a folder, of a block and of ssl_stapling_file: each is sent, and its renewal noticed."""
        folder, block, plain = temp_folder(), temp_folder(), temp_folder()
        ca = certificates().ca.read_text()
        files = {}
        for name, where in (("folder", folder), ("block", block), ("plain", plain)):
            pem, key = make(f"{name}.example.org")
            files[name] = where / f"{name}.pem"
            files[name].write_text(pem + ca + key)
        for name in ("block", "plain"):
            certificates().respond(files[name], f"{files[name]}.ocsp")
        gateway = self.start({"ssl_certificate_dir": str(folder), "ssl_certificate": str(files["plain"]), "ssl_certificate_key": [],
                              "ssl_stapling_file": f"{files['plain']}.ocsp"}, f'''
[[mail.server.certificate]]
ssl_certificate = "{files["block"]}"
ssl_stapling_file = "{files["block"]}.ocsp"
''')

        def shown(name):
            out = run("openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port['s']}", "-CAfile", certificates().ca,
                      "-servername", f"{name}.example.org", "-status", input="", ok=None).stdout
            self.assertIn("Verification: OK", out)
            return out

        def updated(name):
            found = re.search("Produced At: (.*)", shown(name))
            return found and found.group(1)

        self.assertIn("no response sent", shown("folder"))
        for name in ("block", "plain"):
            before = updated(name)
            self.assertTrue(before)
            wait_for("the next second", lambda: time.strftime("%S", time.gmtime()) != before[13:15])
            certificates().respond(files[name], block / "new")
            os.replace(block / "new", f"{files[name]}.ocsp")
            wait_for(f"the new response of {name}", lambda: all(updated(name) not in (None, before) for _ in range(4)), 30)
        certificates().respond(files["folder"], f"{files['folder']}.ocsp")
        wait_for("the response of the folder", lambda: all(updated("folder") for _ in range(4)), 30)
        # What is no response is told, and the old one stays; a certificate that was renewed first goes without.
        replace(f"{files['block']}.ocsp", "x")
        gateway.wait_event("certificate not renewed, the old one stays")
        self.assertTrue(updated("block"))
        pem, key = make("plain.example.org")
        replace(files["plain"], pem + ca + key)
        told = gateway.wait_event("OCSP response not in use")
        self.assertIn("is about another certificate", told["why"])
        self.becomes(gateway, "plain.example.org", pem)
        self.assertIsNone(updated("plain"))

    def test_in_one_process(self):
        folder = temp_folder()
        a = make("a.example.org")
        gateway = self.start({"ssl_certificate_dir": str(folder)}, workers=0)
        (folder / "a.pem").write_text("".join(a))
        self.becomes(gateway, "a.example.org", a[0])

    def test_not_when_switched_off(self):
        folder = temp_folder()
        a = make("a.example.org")
        gateway = self.start({"ssl_certificate_dir": str(folder)}, top={"ssl_certificate_watch": 0})
        (folder / "a.pem").write_text("".join(a))
        default = serial((certificates().folder / "ecdsa.pem").read_text())
        with self.assertRaises(AssertionError):
            wait_for("a change", lambda: seen(gateway, "s", "a.example.org") != default, 2)
        gateway.process.send_signal(1)  # a reload finds it
        gateway.wait_event("reloaded")
        self.becomes(gateway, "a.example.org", a[0])


class Listing(Names):
    def test_certs(self):
        folder = temp_folder()
        a = make("a.example.org", days="20")
        (folder / "a.pem").write_text("".join(a))
        gateway = self.start({"ssl_certificate_dir": str(folder)})
        shown = json.loads(postern("certs", "--json", "-c", gateway.file).stdout)
        self.assertEqual(len(shown), 2)
        mine = next(c for c in shown if c["file"] == f"{folder}/a.pem")
        digest = run("openssl", "x509", "-in", folder / "a.pem", "-noout", "-fingerprint", "-sha256").stdout
        self.assertEqual(mine["sha256"], re.search("=(.*)", digest).group(1).replace(":", "").lower())
        self.assertEqual((mine["names"], mine["key"], mine["days_left"]), (["a.example.org"], "ECDSA P-256", 19))
        self.assertEqual(mine["servers"], [f"imap 127.0.0.1:{gateway.port['s']}"])
        text = postern("certs", "-c", gateway.file).stdout
        self.assertIn(f"{folder}/a.pem\n  names:   a.example.org\n  key:     ECDSA P-256\n", text)
        self.assertIn(mine["sha256"], text)

    def test_expiry_is_warned_of_once(self):
        folder = temp_folder()
        for name, days in (("soon", "5"), ("later", "25"), ("fine", "90")):
            (folder / f"{name}.pem").write_text("".join(make(f"{name}.example.org", days=days)))
        gateway = self.start({"ssl_certificate_dir": str(folder)})
        gateway.wait_event("certificate expires soon", count=2)
        (folder / "fine.pem").touch()  # makes it look again
        (folder / "new.pem").write_text("".join(make("new.example.org")))
        gateway.wait_event("certificate added")
        said = {pathlib.Path(e["file"]).name: e["days"] for e in gateway.events("certificate expires soon")}
        self.assertEqual(len(gateway.events("certificate expires soon")), 2 + ("ecdsa.pem" in said))
        self.assertEqual({"soon.pem": said.get("soon.pem"), "later.pem": said.get("later.pem")},
                         {"soon.pem": "4", "later.pem": "24"})
        self.assertNotIn("fine.pem", said)


if __name__ == "__main__":
    harness.main()
