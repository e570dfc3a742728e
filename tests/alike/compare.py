"""Two transcripts of each script, and what is known of their differences (differences.toml)."""
import collections
import difflib
import fnmatch
import pathlib
import re
import tomllib

FILE = pathlib.Path(__file__).resolve().parent / "differences.toml"
LIBRARIES = ("boringssl", "wolfssl")
FIELDS = {"title", "reason", "scripts", *LIBRARIES, "ends", "everywhere", "when", "row"}


class Difference:
    """An entry of differences.toml; tests/alike/README.md tells what its fields mean."""

    def __init__(self, table):
        self.title, self.reason = table["title"], table["reason"].strip()
        self.scripts = table.get("scripts", [])
        self.everywhere = table.get("everywhere", False)
        self.lines = {library: collections.Counter(table.get(library, [])) for library in LIBRARIES}
        self.ends = table.get("ends")
        self.when = table.get("when", {})
        self.row = table.get("row")
        good = (set(table) <= FIELDS and self.reason and bool(self.scripts) != self.everywhere
                and bool(self.ends) != any(self.lines.values()) and set(self.ends or LIBRARIES) == set(LIBRARIES))
        if not good:
            raise ValueError(f"differences.toml: \"{self.title}\": a field is missing, too many or unknown")

    def holds_for(self, versions):
        """Whether it is about these versions: {"wolfssl": "5.5.4", "boringssl": "17"}"""
        return all(self.holds_for_one(library, versions[library]) for library in self.when)

    def holds_for_one(self, library, version):
        if library not in self.when:
            return True
        sign, wanted = self.when[library].split()
        found, limit = (tuple(map(int, text.split("."))) for text in (version, wanted))
        return {"<": found < limit, ">=": found >= limit}[sign]

    def fits(self, name):
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.scripts)

    def occurs_in(self, only):
        return all(not self.lines[library] - only[library] for library in LIBRARIES)


def read(text=None):
    return [Difference(table) for table in tomllib.loads(text or FILE.read_text()).get("difference", [])]


def version_number(line):
    """"5.5.4" of "postern 0.2.0 (wolfSSL 5.5.4)", "17" of "… (BoringSSL API 17)"."""
    return re.search(r"\(\S+ (?:API )?([\d.]+)\)", line).group(1)


def end_of(lines):
    """What became of the client, in one line."""
    if any(line.startswith("text: ") for line in lines):
        return "greeting"
    alerts = [line for line in lines if line.startswith("alert ")]
    hellos = [line for line in lines if line.startswith(("ServerHello ", "HelloRetryRequest "))]
    return alerts[-1] if alerts else hellos[0] if hellos else "closed"


class Comparison:
    """One script's two transcripts, from which the differences that are known are taken off."""

    def __init__(self, name, lines):
        self.name, self.lines, self.problems = name, lines, []
        self.rest = {library: list(lines[library]) for library in LIBRARIES}
        self.settled = False  # by an entry about how it ends

    def only(self):
        ours, theirs = (collections.Counter(self.rest[library]) for library in LIBRARIES)
        return dict(zip(LIBRARIES, (ours - theirs, theirs - ours)))

    def take_off(self, entry):
        for library in LIBRARIES:
            for line in entry.lines[library].elements():
                places = [n for n, other in enumerate(self.rest[library]) if other == line]
                odd = self.odd_places(library)
                del self.rest[library][next((n for n in places if n in odd), places[0])]

    def odd_places(self, library):
        """Which of its lines have no counterpart."""
        blocks = difflib.SequenceMatcher(None, *(self.rest[one] for one in LIBRARIES), autojunk=False).get_opcodes()
        begin, end = (1, 2) if library == LIBRARIES[0] else (3, 4)
        return {n for block in blocks if block[0] != "equal" for n in range(block[begin], block[end])}

    def explain(self, entry):
        """By an entry that names this script: it must occur."""
        if entry.ends:
            ends = {library: end_of(self.lines[library]) for library in LIBRARIES}
            self.settled = ends == entry.ends
            occurs = self.settled
        else:
            occurs = entry.occurs_in(self.only())
            if occurs:
                self.take_off(entry)
        if not occurs:
            self.problems.append(f"{self.name}: the difference \"{entry.title}\" does not occur (any more)")

    def explain_everywhere(self, entry):
        """By an entry that may occur in any script, as often as it likes. True if it does."""
        used = False
        while not self.settled and entry.occurs_in(self.only()):
            self.take_off(entry)
            used = True
        return used

    def alike(self):
        return self.settled or self.rest[LIBRARIES[0]] == self.rest[LIBRARIES[1]]

    def shown(self):
        left = {library: sorted(more.elements()) for library, more in self.only().items() if more}
        return (f"{self.name}: not alike (- boringssl, + wolfssl), and not in differences.toml: {left or 'the order'}\n    "
                + "\n    ".join(difflib.ndiff(*(self.lines[library] for library in LIBRARIES))))


def compare(seen, differences, versions):
    """[Comparison] of {script: {library: [lines]}}, and more problems as text."""
    entries = [d for d in differences if d.holds_for(versions)]
    problems = [f"differences.toml: \"{entry.title}\": no script is called {pattern}"
                for entry in entries for pattern in entry.scripts if not fnmatch.filter(seen, pattern)]
    unused = [entry for entry in entries if entry.everywhere]
    out = []
    for name, lines in seen.items():
        one = Comparison(name, lines)
        for entry in entries:
            if entry.fits(name):
                one.explain(entry)
        for entry in entries:
            if entry.everywhere and one.explain_everywhere(entry) and entry in unused:
                unused.remove(entry)
        out.append(one)
    problems += [f"differences.toml: \"{entry.title}\" does not occur (any more)" for entry in unused]
    return out, problems


def as_problems(seen, differences, versions):
    """Everything that is wrong, as text for people."""
    found, problems = compare(seen, differences, versions)
    for one in found:
        problems += one.problems
        if not one.alike():
            problems.append(one.shown())
    return problems


def draft(found):
    """What differs and is not known, as entries that lack their titles and reasons."""
    groups = {}
    for one in found:
        if one.alike():
            continue
        ends = [end_of(one.lines[library]) for library in LIBRARIES]
        only = [list((counter).elements()) for counter in one.only().values()]
        if ends[0] != ends[1] and sum(map(len, only)) > 4:
            key = "ends = {boringssl = \"%s\", wolfssl = \"%s\"}" % tuple(ends)
        else:
            key = "\n".join(f"{library} = {_list(some)}" for library, some in zip(LIBRARIES, only) if some)
        groups.setdefault(key, []).append(one.name)
    return "\n".join(f"[[difference]]\ntitle = \"\"\nscripts = {_list(names)}\n{key}\nreason = \"\"\n"
                     for key, names in groups.items())


def _list(words):
    quoted = [f'"{word}"' for word in words]
    return f"[{', '.join(quoted)}]" if sum(map(len, quoted)) < 90 else "[\n    " + ",\n    ".join(quoted) + ",\n]"
