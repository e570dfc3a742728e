"""What README.md shows is so."""
import os
import re
import sys

import harness
from harness import LIBRARY, SOURCE, certificates, postern, temp_folder

sys.path.insert(0, str(SOURCE / "tests/support"))
import matrix

README = (SOURCE / "README.md").read_text()


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.M | re.S)


class Readme(harness.Test):
    def configuration(self, text):
        """The text with certificates that exist, as a file."""
        pem = certificates().folder
        text = re.sub(r'"/etc/ssl/[^"]*\.pem"', f'"{pem}/rsa.pem"', text)
        text = re.sub(r'"/etc/ssl/[^"]*\.key"', f'"{pem}/rsa-key.pem"', text)
        if not harness.has_resolver():
            text = re.sub(r"^resolver = .*$", "", text, flags=re.M)
        file = temp_folder() / "postern.toml"
        file.write_text(text)
        return file

    def test_its_configurations_are_good(self):
        main, *more = blocks("toml")
        self.assertLessEqual(len([line for line in main.split("\n") if line]), 15)
        for extra in ("", *more):
            done = postern("check", "-c", self.configuration(main + extra))
            self.assertNotIn("warning", done.stderr)

    def test_the_complaints_it_shows_are_the_real_ones(self):
        shown = next(block for block in blocks("console") if "postern check" in block)
        command, _, wanted = shown.partition("\n")
        lines = dict((int(n), text) for n, text in re.findall(r"^ +(\d+) \| (.*\S.*)$", wanted, re.M)
                     if not text.strip().startswith("^"))
        # the lines that are not shown are those of a configuration that is good
        rest = iter(['[mail]', '[[mail.server]]', 'listen = "0.0.0.0:993 ssl"', 'upstream = "127.0.0.1:143"'])
        text = "\n".join(lines.get(n) or next(rest, "") for n in range(1, max(lines) + 5))
        file = temp_folder() / "postern.toml"
        file.write_text(text + "\n")
        said = postern("check", "-c", "postern.toml", cwd=file.parent, ok=1).stderr
        self.assertEqual(said.strip(), wanted.strip())

    def test_its_table_is_what_is_noted_of_the_builds(self):
        noted = matrix.columns()
        self.assertEqual({one["library"] for one in noted}, {"BoringSSL", "wolfSSL"})
        self.assertEqual(matrix.inside(README), matrix.table(noted), "tests/support/matrix.py write")

    def test_what_is_noted_is_what_this_program_says(self):
        said = postern("version").stdout
        library, version = matrix.build_of(said)
        found = matrix.capabilities(said)
        self.assertGreater(len(found), 20)
        noted = [one for one in matrix.columns() if (one["library"], one["version"]) == (library, version)]
        if not noted:  # a library that somebody brought along
            self.skipTest(f"no column is of {library} {version}")
        self.assertIn(found, [matrix.said_by(one) for one in noted], "tests/support/matrix.py record COLUMN PROGRAM")

    def test_its_directives_exist(self):
        reference = postern("directives").stdout
        for name in re.findall(r"`(ssl_\w+|smtp_\w+|proxy_\w+|pop3_\w+|max_\w+|auth_http|upstream|starttls)`", README):
            self.assertRegex(reference, rf"\b{name}\b")

    def test_its_commands_exist(self):
        for name in ("cmake/demo", "cmake/test"):
            self.assertIn(f"./{name}", README)
            self.assertTrue(os.access(SOURCE / name, os.X_OK))
        for command in ("check", "run", "dump", "directives", "version"):
            self.assertIn("Usage", postern(command, "--help").stdout)
        for target in re.findall(r"\]\(([^)#:]+)\)", README):
            self.assertTrue((SOURCE / target).exists(), target)


if __name__ == "__main__":
    harness.main()
