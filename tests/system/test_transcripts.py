"""Every written conversation of tests/transcripts, held with the running program."""
from concurrent.futures import ThreadPoolExecutor

import harness
from transcript import Play, Transcript, all_in


class Transcripts(harness.Test):
    def play_all(self, protocol):
        plays = [Play(script) for script in all_in(protocol)]
        for play in plays:
            self.addCleanup(play.close)
        pem = harness.certificates().folder / "ecdsa"
        text = f'worker_processes = 2\n[mail]\nssl_certificate = "{pem}.pem"\nssl_certificate_key = "{pem}-key.pem"\n'
        gateway = self.enter(harness.Gateway([], text=text + "".join(play.text for play in plays)))
        with ThreadPoolExecutor(16) as pool:
            wrong = list(pool.map(lambda play: self.attempt(play), plays))
        wrong = [text for text in wrong if text]
        self.assertFalse(wrong, "\n".join(wrong) + "\n" + gateway.log()[-3000:])

    @staticmethod
    def attempt(play):
        for piece in (0, 1):
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
        self.play_all("imap")

    def test_pop3(self):
        self.play_all("pop3")

    def test_smtp(self):
        self.play_all("smtp")


if __name__ == "__main__":
    harness.main()
