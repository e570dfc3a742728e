"""The appliance build is small, and serves from one process.

POSTERN_STRIP names the strip of the build, POSTERN_EMULATOR what runs its program on this machine, if it needs that.
"""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "system"))
EMULATOR = os.environ.get("POSTERN_EMULATOR", "").split()
BUILT = os.environ["POSTERN"]
if EMULATOR:
    # before the harness reads it: one file that can be started as if it were the program
    script = pathlib.Path(BUILT).with_name("postern-emulated")
    script.write_text(f'#!/bin/sh\nexec {" ".join(EMULATOR)} "{BUILT}" "$@"\n')
    script.chmod(0o755)
    os.environ["POSTERN"] = str(script)

import harness
from harness import PASSWORD, USER, Gateway, Mailbox, postern, tls_context

MOST_PROGRAM = 2 * 1024 * 1024  # bytes, stripped
MOST_FOR_ARM64 = MOST_PROGRAM + 48 * 1024  # wolfSSL's assembly for X25519 brings a table of that size
MOST_AT_REST = 6 * 1024 * 1024
MOST_A_SESSION = 20 * 1024


def memory(process, *kinds):
    """Bytes of the process that are in memory, of these kinds of smaps_rollup."""
    lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().split("\n")
    return sum(int(line.split()[1]) for line in lines if line.split(":")[0] in kinds) * 1024


class Small(harness.Test):
    def start(self, box):
        server = {"protocol": "imap", "listen": ["s ssl"], "upstream": box.address("imap")}
        return self.enter(Gateway([server], top={"worker_processes": 0}))

    def session(self, gateway, context):
        client = gateway.client("s", tls=True, context=context)
        self.addCleanup(client.close)
        client.line()
        self.assertRegex(client.say(f'a LOGIN {USER} "{PASSWORD}"'), "^a OK")
        return client

    def test_the_program_is_at_most_2_megabytes_stripped(self):
        stripped = harness.temp_folder() / "postern"
        subprocess.run([os.environ.get("POSTERN_STRIP") or "strip", "-o", stripped, BUILT], check=True)
        size = stripped.stat().st_size
        print(f"{size} bytes stripped", file=sys.stderr)
        self.assertLessEqual(size, MOST_FOR_ARM64 if "aarch64" in " ".join(EMULATOR) else MOST_PROGRAM)

    def test_it_needs_no_library_of_TLS(self):
        said = subprocess.run(["objdump", "-p", BUILT], capture_output=True, text=True).stdout or \
            subprocess.run(["readelf", "-d", BUILT], capture_output=True, text=True, check=True).stdout
        self.assertNotRegex(said, r"NEEDED.*(ssl|crypto)")

    def test_its_library_is_5_9_or_newer(self):
        line = postern("version").stdout.split("\n")[0]
        found = [int(n) for n in line.rpartition("wolfSSL ")[2].rstrip(")").split(".")[:2]]
        self.assertGreaterEqual(found, [5, 9], line)

    def test_one_process_serves(self):
        box = self.enter(Mailbox())
        gateway = self.start(box)
        self.assertEqual(gateway.workers() if not EMULATOR else [], [])
        for version in ("TLSv1_2", "TLSv1_3"):
            context = tls_context()
            context.minimum_version = context.maximum_version = getattr(harness.ssl.TLSVersion, version)
            client = self.session(gateway, context)
            self.assertRegex(client.say("b NOOP"), "^b OK")

    def test_memory_at_rest_and_of_an_idle_session(self):
        if EMULATOR:
            self.skipTest("an emulator's memory is its own")
        box = self.enter(Mailbox())
        gateway = self.start(box)
        process = gateway.process.pid
        rest = memory(process, "Rss")
        context = tls_context()
        for _ in range(20):  # what the first sessions make is not theirs alone
            self.session(gateway, context)
        before, count = memory(process, "Private_Clean", "Private_Dirty"), 200
        for _ in range(count):
            self.session(gateway, context)
        each = (memory(process, "Private_Clean", "Private_Dirty") - before) // count
        print(f"{rest} bytes at rest, {each} a session", file=sys.stderr)
        self.assertLessEqual(rest, MOST_AT_REST)
        self.assertLessEqual(each, MOST_A_SESSION)


if __name__ == "__main__":
    harness.main()
