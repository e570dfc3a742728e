"""Preloads shim.c into a gateway: its allocations fail and its clock is wrong when a test says so."""
import mmap
import struct

from harness import SOURCE, run, temp_folder
from watch import has_sanitizer

_built = None


def _library():
    global _built
    if _built is None:
        _built = temp_folder() / "shim.so"
        more = ["-DSANITIZED"] if has_sanitizer() else []
        run("cc", "-O2", "-shared", "-fPIC", *more, "-o", _built, SOURCE / "tests/system/shim.c", "-ldl")
    return _built


class Shim:
    """gateway.environment = shim.environment, before it starts."""

    LAYOUT = "=iiqqq"

    def __init__(self):
        self.file = temp_folder() / "steer"
        self.file.write_bytes(bytes(4096))
        self.file.chmod(0o666)
        with open(self.file, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)
        # for g++'s AddressSanitizer, which wants to be the first of all libraries
        self.environment = {"LD_PRELOAD": str(_library()), "POSTERN_TEST_SHIM": str(self.file),
                            "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def fail(self, process, after, count=1):
        """`count` allocations of a process fail, `after` more of them."""
        struct.pack_into("=iiqq", self.memory, 0, 0, count, after, 0)
        struct.pack_into("=i", self.memory, 0, process)

    def calm(self):
        """No more failures; answers how many there were, and how many allocations were left before the first."""
        process, failing, until, failed, _ = struct.unpack_from(self.LAYOUT, self.memory)
        struct.pack_into("=i", self.memory, 0, 0)
        return failed, until

    def set_clock(self, seconds):
        """By so much CLOCK_REALTIME is ahead of the machine's."""
        struct.pack_into("=q", self.memory, 24, seconds)
