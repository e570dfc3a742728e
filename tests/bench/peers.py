"""The servers that are compared: postern and those that do the same job, each started on loopback in front of the load
generator's IMAP server, with one worker. What a server costs is read from the accounting of all of its processes."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from harness import as_root, certificates, free_port, temp_folder, tls_context

TICK = os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and all that it has started."""
    out = [pid]
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            out += family(int(child))
    return out


class Measured:
    """A running server. `port` is that of TLS with an ECDSA P-256 certificate, `rsa_port` with RSA-2048 (None: it has none)."""
    name = package = command = None
    drops_on_reload = False

    def __init__(self, upstream):
        self.upstream = upstream
        self.folder = temp_folder()
        self.port, self.rsa_port = free_port(), free_port()
        self.pem = certificates().folder

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def words(self):
        raise NotImplementedError

    def __enter__(self):
        words = self.words()
        if not shutil.which(words[0]):
            raise AssertionError(f"{self.name} is missing: apt-get install {self.package}")
        self.output = open(self.folder / "output", "wb")
        begin = time.monotonic()
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                        start_new_session=True)
        try:
            self.start_seconds = self.wait_for_accept(begin)
        except AssertionError:
            self.__exit__()
            raise
        return self

    def wait_for_accept(self, begin):
        """Seconds from the start to the end of the first handshake: a socket that listens is not yet one who accepts."""
        made = tls_context()
        while time.monotonic() - begin < 30 and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 10) as probe, \
                        made.wrap_socket(probe, server_hostname="localhost"):
                    return time.monotonic() - begin
            except OSError:
                time.sleep(0.0005)
        raise AssertionError(f"{self.name} does not start:\n" + (self.folder / "output").read_text(errors="replace"))

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.output.close()

    def pids(self):
        return family(self.process.pid)

    def cpu(self):
        """Seconds of CPU of all its processes: what those alive have run, to the nanosecond, and those that ended."""
        total = 0.0
        for pid in self.pids():
            try:
                for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
                    total += int(path.read_text().split()[0]) / 1e9
                after_name = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += (int(after_name[13]) + int(after_name[14])) / TICK  # children that were waited for
            except OSError:
                continue
        return total

    def memory(self):
        """Bytes of memory of all its processes, what several share counted once (PSS)."""
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().split("\n"):
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total

    def reload(self):
        self.process.send_signal(signal.SIGHUP)


class Postern(Measured):
    def __init__(self, upstream, name, program, workers=1):
        super().__init__(upstream)
        self.name, self.program, self.workers = name, program, workers

    def words(self):
        servers = ""
        for port, kind in ((self.port, "ecdsa"), (self.rsa_port, "rsa")):
            servers += f"""
[[mail.server]]
protocol = "imap"
listen = ["127.0.0.1:{port} ssl"]
ssl_certificate = "{self.pem}/{kind}.pem"
ssl_certificate_key = "{self.pem}/{kind}-key.pem"
"""
        return [self.program, "run", "-c", self.write("postern.toml", f"""
worker_processes = {self.workers}
worker_connections = 40000
error_log = "/dev/null error"
access_log = "off"
[mail]
server_name = "gw.example.org"
auth_http = "http://127.0.0.1:{self.upstream.auth}/auth"
{servers}""")]


class Nginx(Measured):
    name, package = "nginx", "nginx libnginx-mod-mail"

    def words(self):
        servers = ""
        for port, kind in ((self.port, "ecdsa"), (self.rsa_port, "rsa")):
            servers += (f"server {{ listen 127.0.0.1:{port} ssl; protocol imap; ssl_certificate {self.pem}/{kind}.pem; "
                        f"ssl_certificate_key {self.pem}/{kind}-key.pem; }}\n")
        return ["nginx", "-p", str(self.folder), "-c", self.write("nginx.conf", f"""
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off;
user root;
worker_processes 1;
pid {self.folder}/pid;
error_log {self.folder}/log;
events {{ worker_connections 40000; }}
mail {{
    server_name gw.example.org;
    auth_http 127.0.0.1:{self.upstream.auth}/auth;
    ssl_protocols TLSv1.2 TLSv1.3;
    {servers}
}}
""")]


class HAProxy(Measured):
    """Without any login: it has none for IMAP, so the client's own goes through to the upstream."""
    name, package = "HAProxy", "haproxy"

    def words(self):
        pem = "".join((self.pem / f).read_text() for f in ("ecdsa.pem", "ecdsa-key.pem"))
        rsa = "".join((self.pem / f).read_text() for f in ("rsa.pem", "rsa-key.pem"))
        servers = "".join(f"    server s{n} 127.0.0.{n}:{self.upstream.imap}\n" for n in range(1, 5))
        self.write("one.pem", pem)
        self.write("two.pem", rsa)
        return ["haproxy", "-W", "-f", self.write("haproxy.cfg", f"""
global
    nbthread 1
    maxconn 9900
    ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
frontend mail
    bind 127.0.0.1:{self.port} ssl crt {self.folder}/one.pem
    bind 127.0.0.1:{self.rsa_port} ssl crt {self.folder}/two.pem
    default_backend boxes
backend boxes
{servers}""")]

    def reload(self):
        self.process.send_signal(signal.SIGUSR2)


class Dovecot(Measured):
    name, package, drops_on_reload = "Dovecot", "dovecot-imapd", True

    def words(self):
        self.rsa_port = None  # one certificate an address
        return [*as_root(), "dovecot", "-F", "-c", self.write("dovecot.conf", f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
instance_name = {self.folder.name}
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{self.pem}/ecdsa.pem
ssl_key = <{self.pem}/ecdsa-key.pem
ssl_min_protocol = TLSv1.2
first_valid_uid = 1
default_client_limit = 40000
default_vsz_limit = 0
passdb {{
  driver = static
  args = proxy=y host=127.0.0.1 port={self.upstream.imap} nopassword=y proxy_not_trusted=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.port}
  }}
  service_count = 0
  process_min_avail = 1
  process_limit = 1
  client_limit = 19000
}}
""")]


class Load:
    """The load generator: the server behind all that is measured, and clients that answer questions."""

    def __init__(self, program):
        self.program = program

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("imap", "auth"):
            word, port = self.process.stdout.readline().split()
            assert word == name, word
            setattr(self, name, int(port))
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def clients(self, what, port, *words):
        return Clients([self.program, what, str(port), *map(str, words)])


class Clients:
    """Clients that are ready, or hold sessions."""

    def __init__(self, words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.line()

    def line(self):
        got = self.process.stdout.readline().strip()
        if not got:
            raise AssertionError(f"{' '.join(self.process.args)}: {self.process.stderr.read()}")
        return got

    def ask(self):
        """Says go; the answer."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()
        self.process.stderr.close()
