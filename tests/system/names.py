"""Preloads names.c into a gateway: what the machine's resolver knows of some names is in a file that a test changes, as a
name server's answers change."""
import os

from harness import SOURCE, Gateway, run, temp_folder

_built = None


def _library():
    global _built
    if _built is None:
        _built = temp_folder() / "names.so"
        run("cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", _built, SOURCE / "tests/system/names.c", "-ldl")
    return _built


class Names:
    """What is known of names; without an address there is no such name."""

    def __init__(self, **known):
        self.file = temp_folder() / "names"
        self.known = {}
        self.know(**known)
        # for g++'s AddressSanitizer, which wants to be the first of all libraries
        self.environment = {"LD_PRELOAD": str(_library()), "POSTERN_TEST_NAMES": str(self.file),
                            "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def know(self, **known):
        """Addresses by name, where "_" stands for a dot; those that were known before stay. Without addresses: no such name."""
        self.known |= {name.replace("_", "."): addresses for name, addresses in known.items()}
        next_one = self.file.with_suffix(".next")
        next_one.write_text("".join(f"{name} {' '.join(addresses)}\n" for name, addresses in self.known.items()))
        next_one.chmod(0o644)
        os.replace(next_one, self.file)

    def gateway(self, servers, **more):
        """One that asks here; arguments as of harness.Gateway."""
        made = Gateway(servers, **more)
        made.environment = self.environment
        return made
