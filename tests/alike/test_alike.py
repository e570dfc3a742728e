"""Both programs say the same to the same scripts, but for what differences.toml tells.

    POSTERN_BORINGSSL=… POSTERN_WOLFSSL=… python3 test_alike.py                all scripts
    POSTERN_BORINGSSL=… POSTERN_WOLFSSL=… python3 test_alike.py show PATTERN   the transcripts of some, side by side
    POSTERN_BORINGSSL=… POSTERN_WOLFSSL=… python3 test_alike.py draft          entries for what is not in differences.toml
"""
import fnmatch
import os
import pathlib
import re
import sys
import time
import unittest

import suite  # first: it finds the harness

import cases_ciphers
import cases_clients
import cases_handshake
import cases_hostile
import cases_names
import cases_resumption
import cases_starttls
import cases_versions
import compare
import harness
import pki

PROGRAMS = {"boringssl": os.environ.get("POSTERN_BORINGSSL", ""), "wolfssl": os.environ.get("POSTERN_WOLFSSL", "")}

# What no difference excuses: (scripts, a word that must or must not be in the transcript, which of it).
ALWAYS = [
    ("*", False, r"^(A WORKER DIED|the script failed|silent|reset|record of type)"),
    ("*", False, r"WRONG|compression \d|of a renegotiation"),
    ("hostile/*", False, r"ServerHello|^text: "),
    ("hostile/plain *", False, r"^alert "),
    ("handshake/*, a wrong Finished", False, r"^text: "),
    ("handshake/*, a wrong Finished", True, r"^alert fatal "),
    ("handshake/*, everything byte by byte", True, r"^text: "),
    ("hello/byte by byte", True, r"^text: "),
    ("hello/*, in records of one byte", True, r"^text: "),
    ("afterwards/*, renegotiation*", False, r"ServerHello"),
    ("afterwards/*, renegotiation*", True, r"^alert fatal "),
    ("afterwards/*, the client leaves without a goodbye", True, r"^log: .*without closing TLS"),
    ("afterwards/*, a record that does not open", True, r"^alert fatal bad_record_mac"),
    ("afterwards/*, a record one byte too large", True, r"^alert fatal record_overflow"),
    ("afterwards/TLSv1.3, five key updates, each answered", True, r"^KeyUpdate$"),
    ("versions/by default/offered TLSv1.1*", True, r"^alert fatal protocol_version"),
    ("versions/fallback to TLSv1.2", True, r"^alert fatal inappropriate_fallback"),
    ("versions/*offered TLSv1.2", False, r"TLSv1.3"),
    ("ciphers/by default/*ADH*", True, r"^alert fatal handshake_failure"),
    ("ciphers/by default/*NULL*", True, r"^alert fatal handshake_failure"),
    ("ciphers/by default/*RC4*", True, r"^alert fatal handshake_failure"),
    ("ciphers/TLSv1.2, preference on,*", True, r"ServerHello TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("alpn/*, its own", True, r"alpn=(imap|pop3|smtp)"),
    ("alpn/*, others", True, r"^alert fatal no_application_protocol"),
    ("resumption/shared, *", True, r"ServerHello .* resumed"),
    ("resumption/builtin*, *", True, r"ServerHello .* resumed"),
    ("resumption/off, id", False, r"resumed"),
    ("resumption/none, id", False, r"resumed"),
    ("resumption/tickets off, shared, *", True, r"ServerHello .* resumed"),
    ("resumption/tickets off, no cache, *", False, r"resumed"),
    ("resumption/a wrong secret, *", True, r"^alert fatal decrypt_error"),
    ("resumption/a ticket with its first bit changed*", False, r"resumed"),
    ("resumption/a ticket with a bit of its middle changed*", False, r"resumed"),
    ("resumption/an id with a bit changed*", False, r"resumed"),
    ("clients/*, client", True, r"^text: \* OK"),
    ("clients/*, no proof", False, r"^text: "),
    ("clients/*, no proof", True, r"^alert fatal "),
    ("clients/*, another's certificate", False, r"^text: "),
    ("clients/*, another's certificate", True, r"^alert fatal "),
    ("clients/*, on, none", True, r"^text: \* BYE"),
    ("clients/*, on, stranger", True, r"^text: \* BYE"),
    ("clients/*, optional, stranger", True, r"^text: \* BYE"),
    ("clients/*, optional_no_ca, stranger", True, r"^text: \* OK"),
    ("clients/*, depth 0", True, r"^text: \* BYE"),
    ("clients/*, a server's certificate", True, r"^text: \* BYE"),
    ("clients/*, who shows one is not resumed", False, r"resumed"),
    ("clients/*, who shows none is resumed", True, r"resumed"),
    ("clients/*, no certificate at all", False, r"^text: "),
    ("clients/*, an empty entry", False, r"^text: "),
    ("clients/*, zeros", False, r"^text: "),
    ("starttls/*, TLSv1.?", True, r"^text: "),
    ("starttls/*, text behind the command", False, r"ServerHello"),
]


def play(names):
    """({script: {library: lines}}, {library: version})"""
    seen, versions, authority = {name: {} for name in names}, {}, pki.Authority()
    for library, path in PROGRAMS.items():
        with suite.Program(library, path, authority) as program:
            versions[library] = compare.version_number(program.version)
            for name in names:
                begin = time.monotonic()
                seen[name][library] = program.play(suite.SCRIPTS[name])
                if (took := time.monotonic() - begin) > 5:
                    print(f"{name}: {library}: {took:.1f} s", file=sys.stderr)
    return seen, versions


def broken_rules(seen):
    out = []
    for pattern, must, words in ALWAYS:
        names = fnmatch.filter(seen, pattern)
        if not names:
            out.append(f"ALWAYS: no script is called {pattern}")
        for name in names:
            for library, lines in seen[name].items():
                if any(re.search(words, line) for line in lines) != must:
                    out.append(f"{name}: {library}: {'no' if must else 'a'} line like {words}: {lines}")
    return out


class Alike(harness.Test):
    def test_what_comes_back_is_the_same_but_for_the_differences_that_are_known(self):
        seen, versions = play(list(suite.SCRIPTS))
        problems = broken_rules(seen) + compare.as_problems(seen, compare.read(), versions)
        if problems:
            self.fail(f"{len(problems)} problems in {len(seen)} scripts\n\n" + "\n".join(problems))


class Comparing(unittest.TestCase):
    """The comparison itself, so that it is known to find what it must."""

    ENTRY = '[[difference]]\ntitle = "t"\nscripts = ["a/*"]\nboringssl = ["x"]\nwolfssl = ["y"]\nreason = "r"\n'
    EVERYWHERE = ENTRY.replace('scripts = ["a/*"]', "everywhere = true")
    ENDS = ('[[difference]]\ntitle = "t"\nscripts = ["a/1"]\n'
            'ends = {boringssl = "greeting", wolfssl = "alert fatal x"}\nreason = "r"\n')

    def problems(self, boringssl, wolfssl, entries=ENTRY):
        return compare.as_problems({"a/1": {"boringssl": boringssl, "wolfssl": wolfssl}}, compare.read(entries),
                                   {"boringssl": "17", "wolfssl": "5.5.4"})

    def test_a_difference_that_is_known_is_none(self):
        self.assertEqual(self.problems(["x", "same"], ["y", "same"]), [])
        self.assertEqual(self.problems(["x", "x"], ["y", "y"], self.EVERYWHERE), [])
        self.assertEqual(self.problems(["1", "text: * OK"], ["alert fatal x", "closed"], self.ENDS), [])

    def test_one_that_is_not_known_is_one(self):
        self.assertEqual(len(self.problems(["x", "same"], ["y", "other"])), 1)
        self.assertEqual(len(self.problems(["x", "x"], ["y", "y"])), 1)
        self.assertEqual(len(self.problems(["x", "z"], ["y"], self.EVERYWHERE)), 1)
        self.assertEqual(len(self.problems(["1"], ["2"], self.ENDS)), 2)

    def test_one_that_does_not_occur_any_more_is_one(self):
        self.assertIn("does not occur", self.problems(["same"], ["same"])[0])
        self.assertIn("does not occur", self.problems(["same"], ["same"], self.EVERYWHERE)[0])
        self.assertIn("does not occur", self.problems(["closed"], ["closed"], self.ENDS)[0])
        self.assertIn("no script is called", self.problems(["x"], ["y"], self.ENTRY.replace("a/*", "b"))[0])

    def test_another_order_is_one(self):
        self.assertIn("order", self.problems(["1", "2"], ["2", "1"], self.ENTRY + 'when.wolfssl = ">= 5.9"\n')[0])
        self.assertIn("order", self.problems(["1", "x", "2"], ["2", "y", "1"])[0])

    def test_some_are_of_some_versions(self):
        self.assertEqual(self.problems(["x"], ["y"], self.ENTRY + 'when.wolfssl = "< 5.9"\n'), [])
        self.assertEqual(len(self.problems(["x"], ["y"], self.ENTRY + 'when.wolfssl = "< 5.5.4"\n')), 1)

    def test_an_entry_without_a_reason_is_none(self):
        with self.assertRaises(ValueError):
            compare.read(self.ENTRY.replace('"r"', '" "'))

    def test_the_rules_that_nothing_excuses(self):
        good = {name: {"wolfssl": ["alert fatal no_application_protocol"]} for name in ("alpn/TLSv1.2, imap, others",)}
        named = [line for line in broken_rules(good) if not line.startswith("ALWAYS")]
        self.assertEqual(named, [])
        good["alpn/TLSv1.2, imap, others"]["wolfssl"] = ["closed"]
        self.assertTrue([line for line in broken_rules(good) if not line.startswith("ALWAYS")])


def show(pattern):
    names = fnmatch.filter(suite.SCRIPTS, pattern) or sys.exit(f"no script is called {pattern}")
    seen, _ = play(names)
    for name in names:
        print(f"\n{name}")
        for library, lines in seen[name].items():
            print("\n".join([f"  {library}", *(f"    {line}" for line in lines)]))


if __name__ == "__main__":
    if not all(pathlib.Path(path).is_file() for path in PROGRAMS.values()):
        sys.exit(__doc__)
    if sys.argv[1:2] == ["show"]:
        show(sys.argv[2] if len(sys.argv) > 2 else "*")
    elif sys.argv[1:] == ["draft"]:
        seen, versions = play(list(suite.SCRIPTS))
        print(compare.draft(compare.compare(seen, compare.read(), versions)[0]))
    else:
        unittest.main(verbosity=2)
