"""Real mail servers, to stand behind the gateway or, nginx, beside it: Dovecot, Postfix and nginx, each with its own configuration, folders and ports,
in the foreground, never through a service manager. Their masters need root (or sudo -n)."""
import contextlib
import pathlib
import pwd
import shutil
import socket
import subprocess

from harness import DEADLINE, PASSWORD, USER, as_root, certificates, free_port, run, temp_folder, wait_for

MAIL_OWNER = pwd.getpwnam("nobody")


def listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Service:
    """A foreground process of root's, ended by TERM with its children."""

    def start(self, command, is_up):
        self.process = subprocess.Popen([*as_root(), *map(str, command)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        try:
            wait_for(command[0], lambda: is_up() or self.process.poll() is not None)
            assert self.process.poll() is None, self.process.stderr.read().decode("utf-8", "replace")
        except AssertionError as why:
            self.__exit__()
            raise AssertionError(f"{why}; its log:\n{self.log()}") from None

    def __exit__(self, *_):
        if self.process.poll() is None:
            run(*as_root(), "kill", "-TERM", self.process.pid, ok=None)
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                run(*as_root(), "kill", "-KILL", "--", f"-{self.process.pid}", ok=None)
                self.process.wait()
        self.process.stderr.close()

    def log(self):
        with contextlib.suppress(OSError):
            return run(*as_root(), "cat", self.log_file, ok=None).stdout
        return ""


class Dovecot(Service):
    """IMAP and POP3 over maildirs in `folder`/mail/<user>; takes any user in `users` with the test password. With `tls`, a
    certificate and its key, it also speaks STARTTLS there and TLS at the ports "imaps" and "pop3s". With `haproxy` a PROXY
    protocol header must come first at all of them."""

    def __init__(self, users=(USER,), tls=None, haproxy=False):
        self.users, self.tls, self.haproxy = users, tls, haproxy

    def __enter__(self):
        self.folder = temp_folder()
        self.port = {"imap": free_port(), "pop3": free_port(), "auth": free_port()}
        ssl = "ssl = no"
        if self.tls:
            self.port.update(imaps=free_port(), pop3s=free_port())
            ssl = f"ssl = yes\nssl_cert = <{self.tls[0]}\nssl_key = <{self.tls[1]}"
        proxied = "haproxy = yes" if self.haproxy else ""
        self.log_file = self.folder / "dovecot.log"
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        run(*as_root(), "chown", "nobody", self.mail)
        (self.folder / "users").write_text("".join(f"{u}:{{PLAIN}}{PASSWORD}\n" for u in self.users))
        config = self.folder / "dovecot.conf"
        config.write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
instance_name = {self.folder.name}
log_path = {self.log_file}
auth_verbose = yes
protocols = imap pop3
listen = 127.0.0.1
{ssl}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login
mail_max_userip_connections = 1000
mail_location = maildir:{self.mail}/%u
mail_uid = {MAIL_OWNER.pw_uid}
mail_gid = {MAIL_OWNER.pw_gid}
first_valid_uid = 1
login_trusted_networks = 127.0.0.1
haproxy_trusted_networks = 127.0.0.1
imap_idle_notify_interval = 30 mins
mailbox_list_index = yes
maildir_very_dirty_syncs = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {self.folder}/users
}}
userdb {{
  driver = static
  args = uid={MAIL_OWNER.pw_uid} gid={MAIL_OWNER.pw_gid} home={self.mail}/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port["imap"]}
    {proxied}
  }}
  inet_listener imaps {{
    port = {self.port.get("imaps", 0)}
    {proxied}
  }}
  process_min_avail = 1
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.port["pop3"]}
    {proxied}
  }}
  inet_listener pop3s {{
    port = {self.port.get("pop3s", 0)}
    {proxied}
  }}
  process_min_avail = 1
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {self.port["auth"]}
  }}
}}
service anvil {{
  client_limit = 1000
}}
service stats {{
  client_limit = 1000
}}
""")
        self.start(["/usr/sbin/dovecot", "-F", "-c", config], lambda: listening(self.port["imap"]))
        wait_for("dovecot's POP3", lambda: listening(self.port["pop3"]))
        return self

    def address(self, protocol):
        return f"127.0.0.1:{self.port[protocol]}"


class Postfix(Service):
    """An SMTP server that trusts XCLIENT from loopback and puts mail for example.org into maildirs below `mail`, which may
    be a Dovecot's. With `auth` it also asks for AUTH, checked by that Dovecot's passwords. With `tls`, a certificate and its
    key, it takes AUTH after STARTTLS only, and speaks TLS from the first byte at the port "smtps". `more` is added to its
    main.cf, where the last word counts."""

    def __init__(self, mail, dovecot=None, users=(USER,), tls=None, more=""):
        self.mail, self.dovecot, self.users, self.tls, self.more = pathlib.Path(mail), dovecot, users, tls, more

    def __enter__(self):
        self.folder = temp_folder()
        self.port = {"smtp": free_port()}
        self.log_file = self.folder / "postfix.log"
        etc, queue, data = (self.folder / name for name in ("etc", "queue", "data"))
        for made in (etc, queue, data):
            made.mkdir()
        sasl, relay = "", "permit_mynetworks, reject"
        tls, smtps = "smtpd_tls_security_level = none", ""
        if self.tls:
            self.port["smtps"] = free_port()
            smtps = f"127.0.0.1:{self.port['smtps']} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"
            tls = (f"smtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\nsmtpd_tls_cert_file = {self.tls[0]}\n"
                   f"smtpd_tls_key_file = {self.tls[1]}\nsmtpd_tls_loglevel = 1")
        if self.dovecot:
            sasl = ("smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\n"
                    f"smtpd_sasl_path = inet:127.0.0.1:{self.dovecot.port['auth']}\n")
            relay = "permit_sasl_authenticated, reject"
        (etc / "main.cf").write_text(f"""
compatibility_level = 3.7
queue_directory = {queue}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
data_directory = {data}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.log_file}
maillog_file_prefixes = {self.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = backend.example.org
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = texthash:{etc}/boxes
virtual_transport = virtual
virtual_uid_maps = static:{MAIL_OWNER.pw_uid}
virtual_gid_maps = static:{MAIL_OWNER.pw_gid}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = 67108864
smtpd_authorized_xclient_hosts = 127.0.0.0/8
{tls}
smtpd_recipient_restrictions = {relay}
smtpd_peername_lookup = no
default_transport = discard:
relay_transport = discard:
disable_dns_lookups = yes
{sasl}
{self.more}
""")
        # A maildir each, named by the whole address, as Dovecot's %u.
        (etc / "boxes").write_text("".join(f"{user} {user}/\n" for user in self.users))
        (etc / "master.cf").write_text(f"""
127.0.0.1:{self.port["smtp"]} inet n - n - - smtpd
{smtps}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""")
        run(*as_root(), "chown", "postfix", data)
        run(*as_root(), "postfix", "-c", etc, "check", ok=None)
        self.start(["postfix", "-c", etc, "start-fg"], lambda: listening(self.port["smtp"]))
        return self

    def __exit__(self, *_):
        # `postfix start-fg` starts the master in a session of its own, so TERM goes there.
        run(*as_root(), "postfix", "-c", self.folder / "etc", "stop", ok=None)
        super().__exit__()

    def address(self, protocol="smtp"):
        return f"127.0.0.1:{self.port[protocol]}"

    def delivered(self, user, wanted, deadline=DEADLINE):
        """The delivered message in which `wanted` stands, as bytes with LF line ends, as Postfix writes maildirs."""
        def look():
            found = run(*as_root(), "grep", "-rlF", "--", wanted, self.mail / user / "new", self.mail / user / "cur", ok=None)
            return found.stdout.split("\n")[0]
        try:
            path = wait_for(f"a message with {wanted!r} for {user}", look, deadline)
        except AssertionError as why:
            raise AssertionError(f"{why}; Postfix's log:\n{self.log()}") from None
        return subprocess.run([*as_root(), "cat", path], check=True, capture_output=True, timeout=60).stdout


class Nginx(Service):
    """Debian's nginx with its mail module, one process in the foreground. `mail`: what stands in its mail block, besides names
    and certificates; without it the folder has an nginx.conf, which names pid and error_log there."""

    MODULE = "/usr/lib/nginx/modules/ngx_mail_module.so"

    def __init__(self, mail=None, folder=None):
        self.folder = folder or temp_folder()
        self.file, self.log_file, pem = self.folder / "nginx.conf", self.folder / "log", certificates().folder
        if mail is not None:
            self.file.write_text(
                f"load_module {self.MODULE};\ndaemon off;\nmaster_process off;\nuser root;\npid {self.folder}/pid;\n"
                f"error_log {self.log_file} info;\nevents {{ }}\nmail {{\nserver_name gw.example.org;\n"
                f"ssl_certificate {pem}/ecdsa.pem;\nssl_certificate_key {pem}/ecdsa-key.pem;\n"
                f"ssl_protocols TLSv1.2 TLSv1.3;\n{mail}}}\n")

    def __enter__(self):
        if not shutil.which("nginx"):
            raise AssertionError("nginx is missing: cmake/packages-test lists it, with libnginx-mod-mail")
        # It writes the file once it listens.
        self.start(["nginx", "-p", self.folder, "-c", self.file], lambda: (self.folder / "pid").exists())
        return self
