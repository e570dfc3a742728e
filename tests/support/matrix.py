#!/usr/bin/env python3
"""tests/support/matrix.py BORINGSSL-PROGRAM WOLFSSL-PROGRAM      Writes README.md's table of what each library can do anew.

The table stands between two marks in README.md; tests/system/test_readme.py compares it with `postern version`.
"""
import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- what each library can do: written by tests/support/matrix.py -->", "<!-- end of it -->"
LINE = re.compile(r"^  (\S+)(?: (\S.*?))? {2,}(yes|partly|no)(?: +(\S.*)| *)$", re.M)


def capabilities(version):
    """{(directive, what): "yes" | "partly: …" | "no: …"} of the output of `postern version`."""
    return {(directive, what or ""): level + (f": {reason}" if reason else "")
            for directive, what, level, reason in LINE.findall(version)}


def cell(text):
    return text.replace("|", "\\|")


def table(boringssl, wolfssl):
    rows = ["| directive | | BoringSSL | wolfSSL |", "|---|---|---|---|"]
    for key in dict.fromkeys([*boringssl, *wolfssl]):
        both = [cell(found.get(key, "–")) for found in (boringssl, wolfssl)]
        rows.append(f"| `{key[0]}` | {cell(key[1])} | {both[0]} | {both[1]} |")
    return "\n".join(rows)


def read_table(text):
    """[(directive, what, BoringSSL's, wolfSSL's)] of README.md."""
    inside = text[text.index(BEGIN) + len(BEGIN):text.index(END)].strip().split("\n")[2:]
    return [tuple(part.strip().strip("`").replace("\\|", "|") for part in re.split(r"(?<!\\)\|", row)[1:-1]) for row in inside]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    found = [capabilities(subprocess.run([p, "version"], check=True, capture_output=True, text=True).stdout)
             for p in sys.argv[1:]]
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(text[:start] + "\n" + table(*found) + "\n" + text[end:])


if __name__ == "__main__":
    main()
