"""The command line: check, dump, directives, version, help."""
import re
import socket

import harness
from harness import LIBRARY, certificates, postern, run, temp_folder

GOOD = """
worker_processes = 2

[mail]
ssl_certificate = "{pem}/rsa.pem"
ssl_certificate_key = "{pem}/rsa-key.pem"
ssl_session_timeout = "10m"

[[mail.server]]
protocol = "imap"
listen = ["127.0.0.1:1143", "127.0.0.1:1993 ssl"]
starttls = "on"
upstream = "127.0.0.1:143"
"""


class CommandLine(harness.Test):
    def write(self, text, **more):
        file = temp_folder() / "postern.toml"
        file.write_text(text.format(pem=certificates().folder, **more))
        return file

    def complaints(self, text, ok=1):
        file = self.write(text)
        done = postern("check", "-c", file, ok=ok)
        return (done.stderr + done.stdout).replace(str(file.parent) + "/", "")

    def test_no_library_is_taken_from_the_current_folder(self):
        folder = temp_folder()
        for line in run("ldd", harness.POSTERN).stdout.split("\n"):
            if "=>" in line:
                (folder / line.split()[0]).write_text("no library")
        self.assertGreater(len(list(folder.iterdir())), 1)
        self.assertIn("postern ", postern("version", cwd=folder).stdout)

    def test_check_accepts_a_good_file(self):
        done = postern("check", "-c", self.write(GOOD))
        self.assertNotIn("error", done.stdout + done.stderr)

    def test_check_tells_everything_at_once_with_line_column_and_caret(self):
        text = self.complaints(GOOD.replace('"10m"', '"10 moons"').replace('"on"', '"sometimes"')
                               .replace("listen =", "lisen ="))
        self.assertRegex(text, r"postern\.toml:7:\d+: error: ")
        self.assertRegex(text, r"postern\.toml:12:\d+: error: ")
        self.assertRegex(text, r"postern\.toml:11:\d+: error: ")
        self.assertIn('ssl_session_timeout = "10 moons"', text)
        self.assertRegex(text, r"\n[ |]*\^")
        self.assertIn("hint: ", text)
        self.assertIn("listen", text[text.index("lisen"):].replace("lisen", ""))

    def test_what_only_the_tls_library_can_tell_is_told_with_the_rest(self):
        typo = GOOD.replace("[mail]", '[mail]\nssl_cipher = "HIGH"')
        text = self.complaints(typo.replace("rsa-key.pem", "ecdsa-key.pem"))
        self.assertRegex(text, r"postern\.toml:5:\d+: error: .*ssl_cipher")
        self.assertRegex(text, r"postern\.toml:7:\d+: error: ssl_certificate_key: ")
        text = self.complaints(typo.replace("ssl_cipher =", "ssl_ciphers = \"NONESUCH\"\nnonesense =")
                               .replace("{pem}/rsa.pem", "nowhere.pem"))
        self.assertRegex(text, r"postern\.toml:5:\d+: error: ssl_ciphers: ")
        self.assertRegex(text, r"postern\.toml:6:\d+: error: .*nonesense")
        self.assertRegex(text, r"postern\.toml:7:\d+: error: ssl_certificate: cannot read ")
        self.assertEqual(text.count("nowhere.pem\": No such file"), 1)
        self.assertNotIn("could not be read", text)

    def test_broken_toml_is_placed(self):
        self.assertRegex(self.complaints('worker_processes = 1\n[mail\n'), r"postern\.toml:2:\d+: error: ")

    def test_a_file_that_is_not_there(self):
        done = postern("check", "-c", "/nonexistent/postern.toml", ok=1)
        self.assertIn("/nonexistent/postern.toml", done.stderr)
        self.assertIn("No such file", done.stderr)

    def test_files_that_a_directive_names_are_looked_at(self):
        text = self.complaints(GOOD.replace("{pem}/rsa.pem", "nowhere.pem"))
        self.assertRegex(text, r"postern\.toml:5:\d+: error: ssl_certificate: ")
        self.assertIn("nowhere.pem", text)

    def test_a_key_that_does_not_match_is_found(self):
        for other in ("ecdsa-key.pem", "ca-key.pem"):
            with self.subTest(other):
                text = self.complaints(GOOD.replace("rsa-key.pem", other))
                self.assertRegex(text, r"error: ssl_certificate(_key)?: ")
        text = self.complaints(GOOD.replace("rsa.pem", "ecdsa.pem").replace("rsa-key.pem", "ca-key.pem"))
        self.assertRegex(text, r"error: ssl_certificate(_key)?: ")

    def test_an_expired_certificate_is_a_warning(self):
        harness.certificates().make("old", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", days="0")
        text = self.complaints(GOOD.replace("rsa", "old"), ok=0)
        self.assertRegex(text, r"postern\.toml:5:\d+: warning: ssl_certificate: .*expired")

    def test_cipher_words_that_match_nothing_are_named(self):
        text = self.complaints(GOOD.replace("[mail]", '[mail]\nssl_ciphers = "HIGH:NONESUCH:!MD5"'), ok=None)
        self.assertIn("NONESUCH", text)
        text = self.complaints(GOOD.replace("[mail]", '[mail]\nssl_ciphers = "NONESUCH"'))
        self.assertRegex(text, r"error: ssl_ciphers: ")

    def test_versions_that_the_library_cannot_speak(self):
        text = self.complaints(GOOD.replace("[mail]", '[mail]\nssl_protocols = "SSLv2 SSLv3 TLSv1.2"'), ok=0)
        self.assertRegex(text, r"warning: ssl_protocols: .*SSLv2")
        text = self.complaints(GOOD.replace("[mail]", '[mail]\nssl_protocols = "SSLv2 SSLv3"'))
        self.assertRegex(text, r"error: ssl_protocols: ")

    def test_ssl_and_starttls_on_one_listener_contradict(self):
        text = self.complaints(GOOD.replace("starttls =", 'ssl = "on"\nstarttls ='))
        self.assertIn("starttls", text)
        self.assertIn("error", text)

    def test_zones_of_different_sizes_contradict(self):
        more = GOOD[GOOD.index("[[mail.server]]"):].replace("1143", "2143").replace("1993", "2993")
        text = self.complaints(GOOD + 'ssl_session_cache = "shared:A:1m"\n' + more + 'ssl_session_cache = "shared:A:2m"\n')
        self.assertRegex(text, r"error: ssl_session_cache: ")

    def test_dump_shows_every_value_and_where_it_comes_from(self):
        file = self.write(GOOD)
        out = postern("dump", "-c", file).stdout
        self.assertRegex(out, r'ssl_session_timeout = "(10m|600s?)" *# .*postern\.toml:7')
        self.assertRegex(out, r'starttls = "on" *# .*postern\.toml:12')
        self.assertRegex(out, r"max_errors = 5 *# .*default")
        again = temp_folder() / "again.toml"
        again.write_text(out)
        self.assertEqual(re.sub(" *#.*", "", postern("dump", "-c", again).stdout), re.sub(" *#.*", "", out))

    def test_dump_refuses_what_check_refuses(self):
        postern("dump", "-c", self.write(GOOD.replace('"on"', '"maybe"')), ok=1)

    def test_directives_lists_all_and_explains_one(self):
        every = postern("directives").stdout
        for name in ("ssl", "ssl_certificate", "ssl_certificate_key", "ssl_password_file", "ssl_ciphers",
                     "ssl_prefer_server_ciphers", "ssl_protocols", "ssl_session_cache", "ssl_session_timeout", "starttls",
                     "listen", "protocol", "worker_processes", "auth_http", "upstream", "smtp_auth", "max_errors"):
            self.assertRegex(every, rf"\b{name}\b")
        one = postern("directives", "ssl_session_cache").stdout
        self.assertIn("builtin", one)
        self.assertLess(len(one), len(every) / 4)
        done = postern("directives", "ssl_sesion_cache", ok=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ssl_session_cache", done.stderr)

    def test_version_names_the_library_and_what_it_can_do(self):
        out = postern("version").stdout
        self.assertRegex(out, r"^postern \d+\.\d+")
        self.assertIn({"boringssl": "BoringSSL", "wolfssl": "wolfSSL"}[LIBRARY], out)
        self.assertIn("ssl_protocols", out)

    def test_help_everywhere(self):
        for words in ((), ("run",), ("check",), ("dump",), ("directives",), ("version",)):
            out = postern(*words, "--help").stdout
            self.assertRegex(out, "(?i)usage")
        for name in ("run", "check", "dump", "directives", "version"):
            self.assertIn(name, postern("--help").stdout)

    def test_unknown_words_suggest_the_nearest(self):
        for words, nearest in ((("chek", "-c", "x"), "check"), (("check", "--confg", "x"), "--config"),
                               (("vershun",), "version")):
            done = postern(*words, ok=None)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(nearest, done.stderr + done.stdout)

    def test_run_refuses_a_bad_file_before_anything_else(self):
        done = postern("run", "-c", self.write(GOOD.replace('"on"', '"maybe"')), ok=1)
        self.assertRegex(done.stderr, r"postern\.toml:12:\d+: error: ")

    def test_run_says_which_port_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = postern("run", "-c", self.write(GOOD.replace("1143", str(port)).replace("1993", str(harness.free_port()))),
                           ok=1)
            self.assertIn(f"127.0.0.1:{port}", done.stderr)
            self.assertIn("in use", done.stderr)


if __name__ == "__main__":
    harness.main()
