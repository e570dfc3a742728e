"""The same scripts before nginx's mail proxy and before postern: what a client hears, an auth_http service is asked and an
upstream is told is the same, byte for byte, but for the differences that the scripts of tests/nginx have, each with its reason.

POSTERN_RECORD=1 writes the scripts anew with what both say; a reason that is "?" then waits for somebody to give it."""
import concurrent.futures
import os

import harness
import parity
from harness import free_port
from servers import Nginx

RECORDING = bool(os.environ.get("POSTERN_RECORD"))


class Postern(harness.Gateway):
    """postern with the file of nginx."""

    def __init__(self, nginx):
        super().__init__([], text="\n")
        self.words = ["run", "--nginx", str(nginx.file)]
        nginx.file.write_text(nginx.file.read_text().replace(f"error_log {nginx.log_file}", "error_log stderr"))


class NginxScripts(harness.Test):
    def start(self, who, scripts):
        """One server with all scripts' blocks; how each is played, and where."""
        plays = [(parity.Play(script, who), [free_port(), free_port()]) for script in scripts]
        for play, _ in plays:
            self.addCleanup(play.close)
        blocks = [play.script.server(ports, play.lookup) for play, ports in plays]
        nginx = Nginx("".join(blocks))
        self.enter(nginx if who == "nginx" else Postern(nginx))
        return [(play, ports[0]) for play, ports in plays]

    def test_every_script(self):
        scripts = parity.scripts()
        self.assertTrue(scripts)
        both = [self.start(who, scripts) for who in parity.WHO]
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
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
