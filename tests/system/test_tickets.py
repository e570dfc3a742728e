"""Session tickets: who can resume what, where, and for how long."""
import fcntl
import os
import pathlib
import re
import signal
import ssl
import time

import harness
from harness import LIBRARY, POSTERN, Gateway, certificates, postern, run, temp_folder, tls_context, wait_for

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
KINDS = {"1.2 by id": (V12, False), "1.2 by ticket": (V12, True), "1.3": (V13, True)}
TICKETS = ["1.2 by ticket", "1.3"]
OTHER = {"boringssl": "wolfssl", "wolfssl": "boringssl"}[LIBRARY]


def key_file(folder, name, size=80, mode=0o600):
    path = folder / name
    path.write_bytes(os.urandom(size))
    path.chmod(mode)
    return str(path)


def context(kind):
    version, tickets = KINDS[kind]
    made = tls_context()
    made.minimum_version = made.maximum_version = version
    if not tickets:
        made.options |= ssl.OP_NO_TICKET
    return made


class Visitor:
    """One client program of one kind, with the session that it holds."""

    def __init__(self, kind):
        self.kind, self.context, self.session = kind, context(kind), None

    def visit(self, gateway, name="s", keep=True):
        """Whether the session was resumed. What comes of it is kept, unless the old one is to be used again."""
        with gateway.client(name, tls=True, context=self.context, session=self.session) as client:
            assert client.line().startswith(b"* OK"), gateway.log()
            if keep:
                self.session = client.socket.session
            return client.socket.session_reused


def ticket_of(gateway, *options, name="s"):
    """The bytes of the last ticket that `openssl s_client` got."""
    out = run("openssl", "s_client", "-connect", f"localhost:{gateway.port[name]}", "-CAfile", certificates().ca, *options,
              input="", ok=None).stdout
    rows = re.findall(r"^    ([0-9a-f]{4}) - ([0-9a-f -]{47})", out.rpartition("TLS session ticket:")[2], re.M)
    return bytes.fromhex("".join(text.replace("-", " ") for _, text in rows))


class TicketTest(harness.Test):
    def gateway(self, mail=None, workers=1):
        servers = [{"protocol": "imap", "listen": ["s ssl"], "upstream": "127.0.0.1:1"}]
        return Gateway(servers, mail=mail, top={"worker_processes": workers})

    def start(self, *arguments, **more):
        return self.enter(self.gateway(*arguments, **more))

    def reload(self, gateway, text=None):
        if text is not None:
            gateway.write(text)
        count = len(gateway.events("reloaded"))
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded", count=count + 1)

    def kill_workers(self, gateway):
        old = gateway.workers()
        for worker in old:
            os.kill(worker, signal.SIGKILL)
        wait_for("new workers", lambda: len(set(gateway.workers()) - set(old)) == len(old))

    def visitors(self, gateway, kinds):
        """One of each kind, with a session."""
        all_of_them = [Visitor(kind) for kind in kinds]
        for visitor in all_of_them:
            with self.subTest(first=visitor.kind):
                self.assertFalse(visitor.visit(gateway))
        return all_of_them

    def resume(self, visitors, gateway, why, wanted=True, times=1, keep=True):
        for visitor in visitors:
            for _ in range(times):
                with self.subTest(why, kind=visitor.kind):
                    self.assertEqual(visitor.visit(gateway, keep=keep), wanted)


class Survival(TicketTest):
    def lives_on(self, mail, kinds):
        """Across workers, a reload and the death of all workers."""
        gateway = self.start(mail, workers=3)
        visitors = self.visitors(gateway, kinds)
        self.resume(visitors, gateway, "workers", times=8)
        self.resume(visitors, gateway, "the same one again", times=4, keep=False)
        self.reload(gateway)
        self.resume(visitors, gateway, "reload", times=3)
        self.kill_workers(gateway)
        self.resume(visitors, gateway, "death", times=3)
        return gateway, visitors

    def test_keys_that_are_made_by_themselves(self):
        self.lives_on({"ssl_session_cache": "none"}, TICKETS)

    def test_a_zone(self):
        self.lives_on({"ssl_session_cache": "shared:ALL:1m"}, KINDS)

    def test_a_zone_with_tickets_off(self):
        self.lives_on({"ssl_session_cache": "shared:ALL:1m", "ssl_session_tickets": "off"}, KINDS)

    def test_key_files_live_on_after_a_restart_too(self):
        keys = key_file(temp_folder(), "ticket.key")
        gateway, visitors = self.lives_on({"ssl_session_ticket_key": keys}, TICKETS)
        gateway.stop()
        again = Gateway([], text=gateway.text)
        again.port = gateway.port
        self.resume(visitors, self.enter(again), "restart", times=3)

    def test_one_process(self):
        self.start_and_reload({"ssl_session_cache": "none"})
        self.start_and_reload({"ssl_session_ticket_key": key_file(temp_folder(), "ticket.key")})

    def start_and_reload(self, mail):
        gateway = self.start(mail, workers=0)
        visitors = self.visitors(gateway, TICKETS)
        self.reload(gateway)
        self.resume(visitors, gateway, "reload")


class Files(TicketTest):
    def test_two_gateways_with_the_same_key_file_share_their_sessions(self):
        folder = temp_folder()
        for size, cache in ((48, "none"), (80, "shared:ALL:1m")):
            mine = key_file(folder, f"mine{size}", size)
            copy = folder / f"copy{size}"  # what counts is what stands in it
            copy.write_bytes(pathlib.Path(mine).read_bytes())
            copy.chmod(0o600)
            more = {"ssl_session_cache": cache}
            one = self.start({"ssl_session_ticket_key": mine, **more}, workers=2)
            two = self.start({"ssl_session_ticket_key": [key_file(folder, f"own{size}"), str(copy)], **more}, workers=2)
            stranger = self.start({"ssl_session_ticket_key": key_file(folder, f"other{size}", size), **more})
            none = self.start(more)
            visitors = self.visitors(one, TICKETS)
            self.resume(visitors, two, "the same key", times=4, keep=False)
            self.resume(visitors, one, "and back", keep=False)
            self.resume(visitors, stranger, "another key", wanted=False, keep=False)
            self.resume(visitors, none, "no key file", wanted=False, keep=False)
            # two seals with its own first key, which one does not have
            self.resume(visitors, two, "sealed anew", times=1)
            self.resume([v for v in visitors if v.kind == "1.3"], one, "sealed by another's own key", wanted=False)

    def test_the_same_key_file_but_another_certificate(self):
        pem, keys = certificates().folder, key_file(temp_folder(), "ticket.key")
        one = self.start({"ssl_session_ticket_key": keys})
        two = self.start({"ssl_session_ticket_key": keys, "ssl_certificate": f"{pem}/rsa.pem",
                          "ssl_certificate_key": f"{pem}/rsa-key.pem"})
        self.resume(self.visitors(one, TICKETS), two, "another certificate", wanted=False)

    def test_a_ticket_of_the_other_library_means_a_full_handshake(self):
        program = pathlib.Path(POSTERN).resolve().parents[1] / OTHER / "postern"
        if not os.access(program, os.X_OK):
            self.skipTest(f"no program with {OTHER} beside this one")
        keys = key_file(temp_folder(), "ticket.key")
        foreign = self.gateway({"ssl_session_ticket_key": keys})
        ours, harness.POSTERN = harness.POSTERN, str(program)
        try:
            self.enter(foreign)
        finally:
            harness.POSTERN = ours
        self.assertNotEqual(foreign.wait_event("ready")["tls_library"].lower(), LIBRARY)
        gateway = self.start({"ssl_session_ticket_key": keys})
        for there, here in ((foreign, gateway), (gateway, foreign)):
            self.resume(self.visitors(there, TICKETS), here, "foreign", wanted=False, times=2, keep=False)

    def test_s_client_resumes_at_another_gateway_from_its_session_file(self):
        folder = temp_folder()
        keys = key_file(folder, "ticket.key")
        one, two = self.start({"ssl_session_ticket_key": keys}), self.start({"ssl_session_ticket_key": keys})
        for option in ("-tls1_2", "-tls1_3"):
            def s_client(gateway, *more):
                # Input that ends would end it before TLS 1.3's tickets have come.
                return run("sh", "-c", 'sleep 1 | exec openssl s_client "$@"', "-", "-connect", f"localhost:{gateway.port['s']}",
                           "-CAfile", certificates().ca, option, *more, ok=None).stdout
            with self.subTest(option):
                self.assertRegex(s_client(one, "-sess_out", folder / "session"), r"(?m)^New, TLSv1")
                self.assertRegex(s_client(two, "-sess_in", folder / "session"), r"(?m)^Reused, TLSv1")

    def test_keys_are_replaced_without_losing_a_session(self):
        folder = temp_folder()
        old, new = key_file(folder, "old.key"), key_file(folder, "new.key", 48)
        gateway = self.start({"ssl_session_ticket_key": [old]}, workers=2)
        listed = lambda *files: gateway.text.replace(f'["{old}"]', harness.toml(files))
        visitors = self.visitors(gateway, TICKETS)
        first_name = ticket_of(gateway, "-tls1_2")[:16]
        self.reload(gateway, listed(old, new))
        self.assertEqual(ticket_of(gateway, "-tls1_2")[:16], first_name)
        self.resume(visitors, gateway, "a second file", times=2)
        self.reload(gateway, listed(new, old))
        self.assertNotEqual(ticket_of(gateway, "-tls1_2")[:16], first_name)
        held = [Visitor(v.kind) for v in visitors]
        for visitor, older in zip(held, visitors):
            visitor.context, visitor.session = older.context, older.session
        self.resume(visitors, gateway, "a new first file", times=2)
        self.reload(gateway, listed(new))
        self.resume([v for v in visitors if v.kind == "1.3"], gateway, "sealed anew meanwhile", times=2)
        self.resume(held, gateway, "the old key is gone", wanted=False)

    def test_a_file_with_other_bytes_is_read_at_reload(self):
        keys = key_file(temp_folder(), "ticket.key")
        gateway = self.start({"ssl_session_ticket_key": keys})
        before, visitors = pathlib.Path(keys).read_bytes(), self.visitors(gateway, TICKETS)
        pathlib.Path(keys).write_bytes(os.urandom(48))
        self.resume(visitors, gateway, "not yet", keep=False)
        self.reload(gateway)
        self.resume(visitors, gateway, "other bytes", wanted=False, keep=False)
        pathlib.Path(keys).write_bytes(before)
        self.reload(gateway)
        self.resume(visitors, gateway, "the old bytes", keep=False)
        # What is wrong changes nothing.
        pathlib.Path(keys).write_bytes(before + b"\n")
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reload refused, everything stays as it was")
        self.resume(visitors, gateway, "refused", keep=False)

    def test_what_is_wrong_with_a_file_is_said(self):
        folder = temp_folder()
        gateway = self.gateway({"ssl_session_ticket_key": [key_file(folder, "81", 81), str(folder / "none")]})
        said = postern("check", "-c", gateway.file, ok=1).stderr
        self.assertRegex(said, r'error: ssl_session_ticket_key: ".*/81" must be 48 or 80 bytes, not 81\n')
        self.assertRegex(said, r'error: ssl_session_ticket_key: cannot read ".*/none": No such file')
        gateway = self.gateway({"ssl_session_ticket_key": [key_file(folder, "open", mode=0o644), key_file(folder, "closed")]})
        said = postern("check", "-c", gateway.file).stderr
        self.assertRegex(said, r'warning: ssl_session_ticket_key: ".*/open" can be read by every user')
        self.assertEqual(said.count("warning:"), 1)


class Off(TicketTest):
    def test_what_a_ticket_holds(self):
        zone = {"ssl_session_cache": "shared:ALL:1m"}
        gateway = self.start({**zone, "ssl_session_tickets": "off"})
        self.assertEqual(ticket_of(gateway, "-tls1_2"), b"")
        # name and nonce are random; what is behind them would be the session
        sealed = self.start({"ssl_session_cache": "none"})
        self.assertGreater(len(set(ticket_of(sealed, "-tls1_2")[34:])), 20)
        visitor = Visitor("1.2 by ticket")
        visitor.visit(gateway)
        self.assertFalse(visitor.session.has_ticket)
        self.assertTrue(visitor.session.id)
        self.assertTrue(visitor.visit(gateway))
        for store in (zone, {"ssl_session_cache": "builtin"}):
            gateway = self.start({**store, "ssl_session_tickets": "off"})
            self.resume(self.visitors(gateway, KINDS), gateway, store, times=2)

    def test_without_a_store_nothing_is_resumed(self):
        for cache in ("off", "none"):
            gateway = self.start({"ssl_session_cache": cache, "ssl_session_tickets": "off"})
            for kind in KINDS:
                with self.subTest(cache=cache, kind=kind):
                    visitor = Visitor(kind)
                    self.assertFalse(visitor.visit(gateway))
                    self.assertFalse(visitor.session and visitor.session.has_ticket)
                    self.assertFalse(visitor.visit(gateway))

    def test_switching_tickets_off_and_on_by_reload(self):
        gateway = self.start({"ssl_session_cache": "shared:ALL:1m", "ssl_session_tickets": "on",
                              "ssl_session_ticket_key": key_file(temp_folder(), "ticket.key")}, workers=2)
        visitors = self.visitors(gateway, TICKETS)
        off = gateway.text.replace('ssl_session_tickets = "on"', 'ssl_session_tickets = "off"')
        self.reload(gateway, off)
        self.resume(visitors, gateway, "sealed before", wanted=False)
        self.resume(visitors, gateway, "in the zone", times=2)
        self.reload(gateway, gateway.text)
        # wolfSSL looks for no id where tickets are to be had, which costs one full handshake.
        by_id = [v for v in visitors if v.kind == "1.2 by ticket"]
        self.assertIn([v.visit(gateway) for v in by_id], [[LIBRARY == "boringssl"], [True]])
        self.resume(visitors, gateway, "on again", times=2)


class Time(TicketTest):
    def test_keys_turn_with_a_short_session_timeout(self):
        gateway = self.start({"ssl_session_cache": "none", "ssl_session_timeout": "2s"}, workers=2)
        names, began = [], time.monotonic()
        held = []
        while time.monotonic() - began < 9:
            names.append(ticket_of(gateway, "-tls1_2")[:16])
            self.assertEqual(len(names[-1]), 16)
            for kind in TICKETS:
                visitor = Visitor(kind)
                start = time.monotonic()
                visitor.visit(gateway)
                held.append((start, time.monotonic(), visitor))
            for start, end, visitor in list(held):
                before = time.monotonic()
                resumed = visitor.visit(gateway, keep=False)
                after = time.monotonic()
                if after - start < 0.9:  # whole seconds are counted
                    self.assertTrue(resumed, visitor.kind)
                if before - end > 2.1:
                    self.assertFalse(resumed, visitor.kind)
                    held.remove((start, end, visitor))
            time.sleep(0.3)
        self.assertGreaterEqual(len(set(names)), 3)
        self.assertLessEqual(len(set(names)), 10)
        # A key that had been left comes back only from a worker that has not looked for the next one yet, once a second.
        order = sorted(set(names), key=names.index)
        ages = [order.index(name) for name in names]
        self.assertTrue(all(age >= max(ages[:n + 1]) - 1 for n, age in enumerate(ages)), ages)

    def test_a_session_ends_with_its_timeout_however_often_it_is_resumed(self):
        keys = key_file(temp_folder(), "ticket.key")
        for mail in ({"ssl_session_cache": "none"}, {"ssl_session_ticket_key": keys},
                     {"ssl_session_cache": "shared:ALL:1m", "ssl_session_tickets": "off"}):
            gateway = self.start({**mail, "ssl_session_timeout": "4s"})
            for kind in TICKETS:
                with self.subTest(mail=mail, kind=kind):
                    visitor, before = Visitor(kind), time.monotonic()
                    visitor.visit(gateway)
                    made, resumed = time.monotonic(), 0
                    while visitor.visit(gateway):
                        resumed += 1
                        self.assertLess(time.monotonic() - made, 6)
                        time.sleep(0.4)
                    self.assertGreater(resumed, 1)
                    self.assertGreater(time.monotonic() - before, 2.9)


class Trouble(TicketTest):
    def memory(self, gateway, name):
        """The master's descriptor of a piece of shared memory, opened here as well."""
        for path in pathlib.Path(f"/proc/{gateway.process.pid}/fd").iterdir():
            if os.readlink(path).startswith(f"/memfd:{name}"):
                file = open(path, "r+b", buffering=0)
                self.addCleanup(file.close)
                return file
        raise AssertionError(f"no {name}")

    def test_memory_held_by_a_process_that_does_not_go_on(self):
        for mail in ({}, {"ssl_session_tickets": "off"}):
            gateway = self.start({"ssl_session_cache": "shared:ALL:1m", **mail}, workers=2)
            visitors = self.visitors(gateway, KINDS)
            held = [self.memory(gateway, name) for name in ("postern zone ALL", "postern ticket keys")]
            for file in held:
                fcntl.lockf(file, fcntl.LOCK_EX, 1)
            began = time.monotonic()
            for _ in range(10):
                for visitor in visitors:
                    visitor.visit(gateway, keep=False)  # resumed or not, but in
                    Visitor(visitor.kind).visit(gateway)
            self.assertLess(time.monotonic() - began, 15)
            for file in held:
                fcntl.lockf(file, fcntl.LOCK_UN, 1)
            time.sleep(1.1)
            fresh = self.visitors(gateway, KINDS)
            self.resume(fresh, gateway, "the lock is free again", times=2)

    def test_memory_full_of_anything(self):
        for mail in ({}, {"ssl_session_tickets": "off"}):
            gateway = self.start({"ssl_session_cache": "shared:ALL:1m", **mail}, workers=2)
            visitors = self.visitors(gateway, KINDS)
            for name in ("postern zone ALL", "postern ticket keys"):
                file = self.memory(gateway, name)
                size = os.fstat(file.fileno()).st_size
                for bad in (os.urandom(size), b"\xff" * size):
                    os.pwrite(file.fileno(), bad, 0)
                    self.resume(visitors, gateway, "nothing is left", wanted=False, keep=False)
                    self.visitors(gateway, KINDS)
            self.resume(self.visitors(gateway, KINDS), gateway, "and it goes on", times=2)

    def test_a_zone_that_is_too_small_for_all(self):
        gateway = self.start({"ssl_session_cache": "shared:ALL:32k", "ssl_session_tickets": "off"})
        first = Visitor("1.3")
        first.visit(gateway)
        for _ in range(300):
            last = Visitor("1.3")
            last.context = first.context
            self.assertFalse(last.visit(gateway))
        self.resume([first], gateway, "long gone", wanted=False)
        self.resume([last], gateway, "the last one")


if __name__ == "__main__":
    harness.main()
