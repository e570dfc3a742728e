"""The same scripts before nginx's mail proxy and before postern: what a client hears, an auth_http service is asked and an
upstream is told is the same, byte for byte, but for the differences that the scripts of tests/nginx have, each with its reason.

POSTERN_RECORD=1 writes the scripts anew with what both say; a reason that is "?" then waits for somebody to give it."""
import concurrent.futures
import os
import shutil
import subprocess

import harness
import parity
from harness import certificates, free_port, temp_folder, wait_for

MODULE = "/usr/lib/nginx/modules/ngx_mail_module.so"
RECORDING = bool(os.environ.get("POSTERN_RECORD"))


class Nginx:
    """Debian's nginx with its mail module."""

    def __init__(self, servers):
        self.folder, pem = temp_folder(), certificates().folder
        self.file = self.folder / "nginx.conf"
        self.file.write_text(
            f"load_module {MODULE};\ndaemon off;\nmaster_process off;\nuser root;\npid {self.folder}/pid;\n"
            f"error_log {self.folder}/log info;\nevents {{ }}\nmail {{\nserver_name gw;\nssl_protocols TLSv1.2 TLSv1.3;\n"
            f"ssl_certificate {pem}/ecdsa.pem;\nssl_certificate_key {pem}/ecdsa-key.pem;\n" + "".join(servers) + "}\n")

    def __enter__(self):
        if not shutil.which("nginx"):
            raise AssertionError("nginx is missing: cmake/packages-test lists it, with libnginx-mod-mail")
        self.process = subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(self.file)],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return self

    def is_up(self, port):
        if self.process.poll() is not None:
            raise AssertionError(self.process.stdout.read().decode())
        try:
            harness.Client(port).close()
        except ConnectionRefusedError:
            return False
        return True

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(harness.DEADLINE)
        self.process.stdout.close()


class Postern(harness.Gateway):
    """postern with the file of nginx."""

    def __init__(self, nginx):
        super().__init__([], text="\n")
        self.words = ["run", "--nginx", str(nginx.file)]
        nginx.file.write_text(nginx.file.read_text().replace(f"error_log {nginx.folder}/log", "error_log stderr"))


class NginxScripts(harness.Test):
    def start(self, who, scripts):
        """One server with all scripts' blocks; how each is played, and where."""
        plays = [(parity.Play(script, who), [free_port(), free_port()]) for script in scripts]
        for play, _ in plays:
            self.addCleanup(play.close)
        blocks = [play.script.server(ports, play.lookup) for play, ports in plays]
        nginx = Nginx(blocks)
        self.enter(nginx if who == "nginx" else Postern(nginx))
        if who == "nginx":
            wait_for("nginx to listen", lambda: nginx.is_up(plays[-1][1][0]))
        return [(play, ports[0]) for play, ports in plays]

    def test_every_script(self):
        scripts = parity.scripts()
        self.assertTrue(scripts)
        both = [self.start(who, scripts) for who in parity.WHO]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            played = [[pool.submit(play.run, port, RECORDING) for play, port in pair] for pair in zip(*both)]
        for script, runs in zip(scripts, played):
            with self.subTest(script.name):
                traces = [run.result() for run in runs]
                if RECORDING:
                    script.write(traces)
                    continue
                for who, trace in zip(parity.WHO, traces):
                    wanted = [script.expected(heard, who) for _, _, heard in script.steps]
                    self.assertEqual(trace.heard, wanted, who)
                    for kind, lines in trace.told.items():
                        self.assertEqual(lines, script.expected(script.told.get(kind, []), who), f"{who}, {kind}")
                self.assertEqual(list(script.unexplained()), [], "without a reason")


if __name__ == "__main__":
    harness.main()
