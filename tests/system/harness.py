"""Runs the real program, real mail servers and scripted ones, all on loopback, for the black-box tests.

POSTERN names the program, POSTERN_LIBRARY its TLS library, POSTERN_SOURCE the source folder (ctest sets all three). Every
wait has a deadline; whatever is started is stopped, and a sanitizer's complaint in a log is a failure.
"""
import atexit
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

POSTERN = os.environ.get("POSTERN", "")
LIBRARY = os.environ.get("POSTERN_LIBRARY", "boringssl")
SOURCE = pathlib.Path(os.environ.get("POSTERN_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
DEADLINE = 30.0  # seconds for anything that should happen at once; generous, since sanitizers and busy machines are slow

USER, PASSWORD = "demo@example.org", "correct horse"


def wait_for(what, condition, deadline=DEADLINE):
    """What condition() answers once it is true; fails with `what` when that takes too long."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline:.0f} s for {what}")
        time.sleep(0.02)


def own_memory(process):
    """Bytes that are a process's own, or its part of what it shares with its kin. Not the program and its libraries,
    whose part of this process grows when another test's processes end."""
    lines = [line.split() for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().split("\n")]
    return sum(int(line[1]) * 1024 for line in lines if line and line[0] in ("Pss_Anon:", "Pss_Shmem:"))


def free_port():
    """A port below the ephemeral range that no other test of this user was given lately and nobody listens on."""
    path = pathlib.Path(tempfile.gettempdir()) / f"postern-test-ports-{os.getuid()}"
    with open(path, "a+") as counter:
        fcntl.flock(counter, fcntl.LOCK_EX)
        counter.seek(0)
        port = int(counter.read() or 20000)
        for _ in range(12000):
            port = port + 1 if 20000 <= port < 32000 else 20000
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            counter.seek(0)
            counter.truncate()
            counter.write(str(port))
            return port
    raise AssertionError("no free port")


_folders = []


def temp_folder():
    """A folder that everyone may enter and that goes when the test program ends."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="postern-test-"))
    path.chmod(0o755)
    _folders.append(path)
    return path


@atexit.register
def _remove_folders():
    for path in _folders:
        if shutil.rmtree(path, ignore_errors=True) or path.exists():
            subprocess.run([*as_root(), "rm", "-rf", str(path)], check=False)


def as_root():
    """The words in front of a command that needs root; an error that says so when there is no way."""
    if os.getuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    raise AssertionError("this test starts Dovecot or Postfix, whose masters need root: run it as root or allow sudo -n")


def run(*command, input=None, deadline=60.0, ok=0, **more):
    """Runs a program to its end; fails when it ends otherwise than with `ok` (None: anything). Answers text."""
    words = [str(c) for c in command]
    text = input is None or isinstance(input, str)
    done = subprocess.run(words, input=input, capture_output=True, text=text, timeout=deadline,
                          errors="surrogateescape" if text else None,
                          stdin=subprocess.DEVNULL if input is None else None, **more)
    if ok is not None and done.returncode != ok:
        raise AssertionError(f"{words} ended with {done.returncode}, not {ok}\n{done.stdout}\n{done.stderr}")
    for bad in ("AddressSanitizer", "LeakSanitizer", "runtime error:"):
        out = done.stderr if text else done.stderr.decode("utf-8", "replace")
        if bad in out:
            raise AssertionError(f"{words}: {out}")
    return done


def postern(*arguments, **more):
    return run(POSTERN, *arguments, **more)


def has_resolver():
    """Whether the program was built with one (POSTERN_RESOLVER)."""
    return "resolver: no" not in postern("version").stdout


def has_importer():
    """Whether the program was built with one (POSTERN_IMPORT)."""
    return "this build of postern has no importer" not in postern("import", "/dev/null", ok=None).stderr


class Certificates:
    """A CA and certificates for localhost, made once a test program: rsa.pem, ecdsa.pem (with -key.pem), both.pem."""

    def __init__(self):
        self.folder = temp_folder()
        self.ca = self.folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", "/CN=postern test CA", "-keyout", "ca-key.pem", "-out", "ca.pem")
        self.make("rsa", "rsa:2048")
        self.make("ecdsa", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")

    def _openssl(self, *words):
        run("openssl", *words, cwd=self.folder)

    def make(self, name, kind, *more, days="90", host="localhost"):
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:{host},IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        self._openssl("req", "-newkey", kind, *more, "-nodes", "-subj", f"/CN={host}",
                      "-keyout", f"{name}-key.pem", "-out", f"{name}.csr")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial",
                      "-days", days, "-extfile", extensions, "-out", f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}-key.pem"

    def respond(self, certificate, to):
        """Writes the CA's OCSP response about a certificate, good for a week."""
        serial = run("openssl", "x509", "-in", certificate, "-noout", "-serial").stdout.strip().split("=")[1]
        index = self.folder / "index"
        index.write_text(f"V\t491231235959Z\t\t{serial}\tunknown\t/CN=x\n")
        self._openssl("ocsp", "-index", index, "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca-key.pem",
                      "-issuer", "ca.pem", "-cert", certificate, "-ndays", "7", "-respout", to)
        return to


_certificates = None


def certificates():
    global _certificates
    if _certificates is None:
        _certificates = Certificates()
    return _certificates


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return json.dumps(str(value), ensure_ascii=True)


def table(values):
    return "".join(f"{key} = {toml(value)}\n" for key, value in values.items())


FIELD = re.compile(r'([A-Za-z_][\w.-]*)=("(?:\\.|[^"\\])*"|[^ ]*)')


def fields(line):
    """A log line's key=value pairs, as written, without the quotes."""
    if line.startswith("{"):
        return json.loads(line)
    return {key: value[1:-1] if value.startswith('"') else value for key, value in FIELD.findall(line)}


class Gateway:
    """One running postern. `servers`: tables for [[mail.server]]; in their `listen`, a word such as "imaps ssl" names a
    port, which is chosen here and found again as gateway.port["imaps"]. A table's "routes" become [[mail.server.route]]."""

    environment = {}  # more of it than this process has

    def __init__(self, servers, mail=None, top=None, text=None):
        self.folder = temp_folder()
        self.file = self.folder / "postern.toml"
        self.log_file = self.folder / "log"
        self.port, self.process = {}, None
        self.words = ["run", "-c", str(self.file)]
        self.text = text or self.compose(servers, mail or {}, top or {})
        self.write(self.text)

    def compose(self, servers, mail, top):
        pem = certificates().folder
        mail = {"ssl_certificate": str(pem / "ecdsa.pem"), "ssl_certificate_key": str(pem / "ecdsa-key.pem"),
                "server_name": "gw.example.org", **mail}
        out = table({"worker_processes": 1, **top}) + "\n[mail]\n" + table({k: v for k, v in mail.items() if v is not None})
        for server in servers:
            server = dict(server)
            routes = server.pop("routes", [])
            server["listen"] = [self.listen(word) for word in server["listen"]]
            out += "\n[[mail.server]]\n" + table(server)
            for route in routes:
                out += "\n[[mail.server.route]]\n" + table(route)
        return out

    def listen(self, word):
        name, _, options = word.partition(" ")
        if name not in self.port:
            self.port[name] = free_port()
        return f"127.0.0.1:{self.port[name]} {options}".rstrip()

    def write(self, text):
        self.file.write_text(text)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if self.process and self.process.poll() is None:
            self.stop(check=kind is None)
        else:
            self.check_sanitizers()

    def start(self):
        self.output = open(self.log_file, "ab")
        self.process = subprocess.Popen([POSTERN, *self.words], stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=self.output, start_new_session=True,
                                        env={**os.environ, **self.environment})
        try:
            wait_for("postern to start", self.is_up)
        except BaseException:
            self.process.kill()  # workers leave with their master
            self.process.wait()
            self.output.close()
            raise
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"postern ended with {self.process.returncode}:\n{self.log()}")
        return len(self.events("ready")) > 0

    def stop(self, number=signal.SIGTERM, check=True, deadline=DEADLINE):
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(deadline)
            except subprocess.TimeoutExpired:
                # ours alone: start_new_session made a group of the master and its workers
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                raise AssertionError(f"postern did not end within {deadline} s of signal {number}:\n{self.log()}")
        self.output.close()
        self.check_sanitizers()
        if check and self.process.returncode != 0:
            raise AssertionError(f"postern ended with {self.process.returncode}:\n{self.log()}")

    def check_sanitizers(self):
        text = self.log()
        for bad in ("AddressSanitizer", "LeakSanitizer", "runtime error:"):
            if bad in text:
                raise AssertionError(text)

    def log(self):
        return self.log_file.read_text(errors="surrogateescape") if self.log_file.exists() else ""

    def events(self, name=None, **wanted):
        """The log's lines as fields; only those of the event and with these values. The last line may still be growing."""
        out = []
        for line in self.log().split("\n")[:-1]:
            try:
                found = fields(line)
            except ValueError:
                continue
            if (name is None or found.get("event") == name) and all(str(found.get(k)) == str(v) for k, v in wanted.items()):
                out.append(found)
        return out

    def wait_event(self, name, count=1, deadline=DEADLINE, **wanted):
        """The last of `count` lines of that kind; fails with the log when they do not come."""
        try:
            return wait_for(f"{count} x {name} {wanted}", lambda: self.events(name, **wanted)[count - 1:], deadline)[0]
        except AssertionError as why:
            raise AssertionError(f"{why}; the log:\n{self.log()}") from None

    def workers(self):
        """Process numbers of the workers: the master's children."""
        path = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in path.read_text().split()]

    def client(self, name, **more):
        return Client(self.port[name], **more)


def tls_context(check=True, **more):
    context = ssl.create_default_context(cafile=str(certificates().ca))
    if not check:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for key, value in more.items():
        setattr(context, key, value)
    return context


class Client:
    """A raw client, to say exactly what a test wants said."""

    def __init__(self, port=None, tls=False, context=None, session=None, host="127.0.0.1", deadline=DEADLINE, path=None):
        """To a port, or to the Unix socket at a path."""
        self.buffer = b""
        if path is None:
            self.socket = socket.create_connection((host, port), deadline)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(deadline)
            self.socket.connect(str(path))
        if tls:
            self.start_tls(context, session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def start_tls(self, context=None, session=None):
        assert not self.buffer, self.buffer
        context = context or tls_context()
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost", session=session)

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))

    def more(self):
        try:
            got = self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            got = b""
        self.buffer += got
        return bool(got)

    def line(self):
        """The next line with its end; what is left when the peer closes; b"" after that."""
        while b"\n" not in self.buffer and self.more():
            pass
        end = self.buffer.find(b"\n") + 1 or len(self.buffer)
        out, self.buffer = self.buffer[:end], self.buffer[end:]
        return out

    def rest(self):
        """Everything until the peer closes."""
        while self.more():
            pass
        out, self.buffer = self.buffer, b""
        return out

    def say(self, text):
        """One line out, one line back."""
        self.send(text + "\r\n")
        return self.line().decode("utf-8", "surrogateescape").rstrip("\r\n")

    def reply(self, text=None):
        """An SMTP reply, whole, as a list of lines; after sending `text` if there is one."""
        if text is not None:
            self.send(text + "\r\n")
        out = []
        while True:
            line = self.line().decode("utf-8", "surrogateescape").rstrip("\r\n")
            out.append(line)
            if line[3:4] != "-":
                return out

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.close()


class Server:
    """A scripted server: `talk(connection)` runs in a thread for each connection. Closed with the test."""

    def __init__(self, talk, port=0, host="127.0.0.1"):
        self.talk, self.connections, self.problems = talk, [], []
        self.socket = socket.create_server((host, port), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.address = f"{host}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(DEADLINE)
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        peer = Client.__new__(Client)
        peer.socket, peer.buffer = connection, b""
        try:
            self.talk(peer)
        except OSError:
            pass
        except Exception as why:  # for the test to see: threads cannot fail it themselves
            self.problems.append(why)
        finally:
            peer.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # a thread that reads keeps it open else
            with contextlib.suppress(OSError):
                connection.close()


class AuthHttp(Server):
    """An auth_http service. `answer(headers, number)` gives a dict of response headers, or raw bytes, or None to say
    nothing at all. Requests are kept in .requests as (request line, [(name, value)])."""

    def __init__(self, answer, port=0, host="127.0.0.1"):
        self.requests, self.answer = [], answer
        super().__init__(self.requests_of, port, host)

    @property
    def url(self):
        return f"http://{self.address}/auth"

    def requests_of(self, peer):
        while True:
            line = peer.line()
            if not line:
                return
            headers = []
            while (text := peer.line()) not in (b"\r\n", b"\n", b""):
                name, _, value = text.decode("latin-1").rstrip("\r\n").partition(":")
                headers.append((name, value[1:] if value.startswith(" ") else value))
            self.requests.append((line.decode("latin-1").rstrip("\r\n"), headers))
            said = self.answer(dict(headers), len(self.requests))
            if said is None:
                wait_for("the gateway to give up", lambda: not peer.more())
                return
            if isinstance(said, bytes):
                peer.send(said)
                return
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in said.items()) + "\r\n")


class Mailbox:
    """The demo mailbox (tests/support/mailbox.py) as an upstream."""

    def __init__(self, *users):
        self.users = users or (f"{USER}:{PASSWORD}",)

    def __enter__(self):
        words = [word for user in self.users for word in ("--user", user)]
        self.process = subprocess.Popen([sys.executable, "-B", str(SOURCE / "tests/support/mailbox.py"), *words],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        self.port = {k: int(v) for k, v in (word.split("=") for word in ready.split()[2:])}
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.process.stdout.close()

    def address(self, protocol):
        return f"127.0.0.1:{self.port[protocol]}"


def three_servers(box, **more):
    """IMAP, POP3 and SMTP servers, each plain (with what `more` says of starttls) and TLS, before a mailbox."""
    return [
        {"protocol": "imap", "listen": ["imap", "imaps ssl"], "upstream": box.address("imap"),
         "imap_capabilities": ["IMAP4rev1", "SASL-IR", "LITERAL+", "IDLE", "UIDPLUS"], **more},
        {"protocol": "pop3", "listen": ["pop3", "pop3s ssl"], "upstream": box.address("pop3"), **more},
        {"protocol": "smtp", "listen": ["smtp", "smtps ssl"], "upstream": box.address("smtp"),
         "smtp_capabilities": ["8BITMIME", "SIZE 67108864"], "proxy_smtp_auth": True, **more},
    ]


class Test(unittest.TestCase):
    longMessage = True
    maxDiff = None

    def enter(self, manager):
        """Enters a context manager until the end of the test."""
        value = manager.__enter__()
        def leave():
            manager.__exit__(None, None, None)
        self.addCleanup(leave)
        return value


def main():
    if not POSTERN or not os.access(POSTERN, os.X_OK):
        raise SystemExit("POSTERN must name the program to test, as in POSTERN=build/boringssl/postern")
    unittest.main(verbosity=2)
