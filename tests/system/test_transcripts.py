"""Every written conversation of tests/transcripts, held with the running program."""
from concurrent.futures import ThreadPoolExecutor

import harness
from transcript import Play, UpstreamPlay, all_in


class Transcripts(harness.Test):
    def play_all(self, plays, attempt):
        for play in plays:
            self.addCleanup(play.close)
        pem = harness.certificates().folder / "ecdsa"
        text = f'worker_processes = 2\n[mail]\nssl_certificate = "{pem}.pem"\nssl_certificate_key = "{pem}-key.pem"\n'
        gateway = self.enter(harness.Gateway([], text=text + "".join(play.text for play in plays)))
        with ThreadPoolExecutor(16) as pool:
            wrong = [text for text in pool.map(attempt, plays) if text]
        self.assertFalse(wrong, "\n".join(wrong) + "\n" + gateway.log()[-3000:])

    def of_clients(self, protocol):
        self.play_all([Play(script) for script in all_in(protocol)], self.attempt)

    def of_upstreams(self, protocol):
        self.play_all([UpstreamPlay(script) for script in all_in(f"upstream/{protocol}")], lambda play: play.run())

    @staticmethod
    def attempt(play):
        for piece in (0, 1):
            if piece and play.script.whole_only:
                continue
            if piece and any(len(value) > 3000 for word, value, _ in play.script.steps if word == "C"):
                continue
            try:
                wrong = play.run(piece)
            except Exception as why:
                wrong = f"{play.script.name}: {why!r}"
            if wrong:
                return wrong + (" (byte by byte)" if piece else "")
        return ""

    def test_imap(self):
        self.of_clients("imap")

    def test_pop3(self):
        self.of_clients("pop3")

    def test_smtp(self):
        self.of_clients("smtp")

    def test_logging_in_at_an_imap_server(self):
        self.of_upstreams("imap")

    def test_logging_in_at_a_pop3_server(self):
        self.of_upstreams("pop3")

    def test_logging_in_at_an_smtp_server(self):
        self.of_upstreams("smtp")


if __name__ == "__main__":
    harness.main()
