"""The soak of tests/bench, for seconds instead of half an hour: reloads and deaths under a mixed load lose nobody else."""
import sys

import harness
from harness import POSTERN, SOURCE, run


class Soak(harness.Test):
    def test_nothing_is_lost_and_nothing_grows(self):
        done = run(sys.executable, "-B", SOURCE / "tests/bench/soak", POSTERN, "0.4", deadline=300, ok=None)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\d+ short, \d+ transfer\), \d+ resumed; .*lost otherwise: 0")


if __name__ == "__main__":
    harness.main()
