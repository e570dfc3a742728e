#!/usr/bin/env python3
"""Writes README.md's table of what each library can do.

    tests/support/matrix.py record COLUMN PROGRAM    notes in capabilities.json what a build says of itself (`postern version`)
                                                     under that column's name, and writes the table
    tests/support/matrix.py forget COLUMN            the contrary
    tests/support/matrix.py write                    writes the table from what is noted

The usual columns, after a build of the preset "both":

    tests/support/matrix.py record "BoringSSL" build/both/boringssl/postern
    tests/support/matrix.py record "wolfSSL" build/both/wolfssl/postern

Below what the builds say, the table has the rows of tests/alike/differences.toml: what clients can notice. It stands between
two marks in README.md; tests/system/test_readme.py compares it with what is noted, and that with the program under test.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
README, NOTED = ROOT / "README.md", ROOT / "tests/support/capabilities.json"
BEGIN, END = "<!-- what each library can do: written by tests/support/matrix.py -->", "<!-- end of it -->"
LINE = re.compile(r"^  (\S+)(?: (\S.*?))? {2,}(yes|partly|no)(?: +(\S.*)| *)$", re.M)
HEAD = re.compile(r"\((\S+) (?:API )?([\d.]+)\)")
WIRE = "on the wire"  # in place of a directive's name

sys.path.insert(0, str(ROOT / "tests/alike"))
import compare


def capabilities(version):
    """{(directive, what): "yes" | "partly: …" | "no: …"} of the output of `postern version`."""
    return {(directive, what or ""): level + (f": {reason}" if reason else "")
            for directive, what, level, reason in LINE.findall(version)}


def build_of(version):
    """("BoringSSL", "17") of the output of `postern version`."""
    return HEAD.search(version.split("\n")[0]).groups()


def columns():
    """[{"column", "library", "version", "says": {"directive what": …}}], as noted."""
    return json.loads(NOTED.read_text()) if NOTED.exists() else []


def said_by(column):
    return {(directive, what): value for directive, what, value in column["says"]}


def cell(text):
    return text.replace("|", "\\|")


def wire_rows(noted):
    """[(what, [a cell for each column])] of the differences that have a row. A difference that is not of a column's version
    is none there: what the other library does is done."""
    out = []
    for entry in compare.read():
        if not entry.row:
            continue
        libraries = {"boringssl": "wolfssl", "wolfssl": "boringssl"}
        cells = []
        for column in noted:
            ours = column["library"].lower()
            cells.append(entry.row[ours if entry.holds_for_one(ours, column["version"]) else libraries[ours]])
        out.append((entry.row["what"], cells))
    return out


def table(noted):
    rows = ["| directive | | " + " | ".join(cell(c["column"]) for c in noted) + " |", "|---" * (len(noted) + 2) + "|"]
    said = [said_by(column) for column in noted]
    for key in dict.fromkeys(key for one in said for key in one):
        rows.append(f"| `{key[0]}` | {cell(key[1])} | " + " | ".join(cell(one.get(key, "–")) for one in said) + " |")
    for what, cells in wire_rows(noted):
        rows.append(f"| {WIRE} | {cell(what)} | " + " | ".join(map(cell, cells)) + " |")
    return "\n".join(rows)


def inside(text):
    """The table that README.md has now."""
    return text[text.index(BEGIN) + len(BEGIN):text.index(END)].strip()


def write():
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(text[:start] + "\n" + table(columns()) + "\n" + text[end:])


def record(name, program):
    said = subprocess.run([program, "version"], check=True, capture_output=True, text=True).stdout
    library, version = build_of(said)
    new = {"column": name, "library": library, "version": version,
           "says": [[*key, value] for key, value in capabilities(said).items()]}
    noted = columns()
    place = next((n for n, one in enumerate(noted) if one["column"] == name), len(noted))
    save(noted[:place] + [new] + noted[place + 1:])


def save(noted):
    """One line for each capability, so that a change can be read."""
    parts = []
    for one in noted:
        says = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in one["says"])
        head = ", ".join(f"{json.dumps(k)}: {json.dumps(one[k], ensure_ascii=False)}" for k in ("column", "library", "version"))
        parts.append(f"  {{{head}, \"says\": [\n{says}\n  ]}}")
    NOTED.write_text("[\n" + ",\n".join(parts) + "\n]\n")


def main(words):
    if len(words) == 3 and words[0] == "record":
        record(*words[1:])
    elif len(words) == 2 and words[0] == "forget":
        save([one for one in columns() if one["column"] != words[1]])
    elif words != ["write"]:
        sys.exit(__doc__)
    write()


if __name__ == "__main__":
    main(sys.argv[1:])
