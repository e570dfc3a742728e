"""nginx's configurations: nginx itself takes those of the corpus, and postern behaves alike with the same file, read
directly or imported to TOML first."""
import os
import re
import shutil
import signal
import subprocess

import harness
import servers
from harness import SOURCE, AuthHttp, certificates, free_port, postern, temp_folder, wait_for

MODULE = servers.Nginx.MODULE
CORPUS = SOURCE / "tests/golden/import"

# Why nginx 1.22, as Debian has it, does not take them.
NOT_FOR_THIS_NGINX = {
    "zimbra": "directives of a fork",
    "openresty": "directives of Lua's module",
    "elsewhere": "the files of http are missing, and stream is a module that is not installed",
    "mixed": "stream is a module that is not installed",
    "old-style": "SSLv2 of an OpenSSL that is gone, and one port in two files",
    "newer": "directives of nginx 1.29",
    "keys-elsewhere": "needs an engine of OpenSSL's",
    "mistakes": "mistakes", "no-end": "mistakes", "circle": "mistakes", "missing": "mistakes",
}
REFUSED_BY_BOTH = ("mistakes", "no-end", "missing")


def need_nginx():
    if not shutil.which("nginx"):
        raise AssertionError("nginx is missing: cmake/packages-test lists it, with libnginx-mod-mail")


class Corpus(harness.Test):
    """Each configuration in a folder of its own, with the files that it names."""

    def lay_out(self, name):
        root = temp_folder()
        shutil.copytree(CORPUS / name, root / "nginx")
        for file in (root / "nginx").rglob("*"):
            if file.is_file() and file.suffix not in (".toml", ".txt"):
                file.write_text(self.moved(file.read_text(), root))
        main = root / "nginx/nginx.conf"
        if "load_module" not in main.read_text() + "".join(
                f.read_text() for f in (root / "nginx").glob("modules-enabled/*")):
            main.write_text(f"load_module {MODULE};\n" + main.read_text())
        for folder in ("ssl", "run/postern", "log/nginx", "nginx/logs", "conf", "nginx/conf.d", "nginx/sites-enabled"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for word, path in re.findall(r"^\s*(ssl_[a-z_]+)\s+([^\s;:]+)\s*;", self.all_text(root / "nginx"), re.M):
            self.make(word, root / "nginx" / path)
        return main

    @staticmethod
    def moved(text, root):
        text = re.sub(r"modules/ngx_mail_module\.so", MODULE, text)
        text = re.sub(r"(?<![\w.])/etc/nginx/", f"{root}/nginx/", text)
        text = re.sub(r"(?<![\w.])/etc/ssl/", f"{root}/ssl/", text)
        text = re.sub(r"(?<![\w.])(/var)?/run/", f"{root}/run/", text)
        text = re.sub(r"(?<![\w.])/var/log/", f"{root}/log/", text)
        text = re.sub(r"(?<![\w.])/conf/", f"{root}/conf/", text)
        text = re.sub(r"user nginx;", "user www-data;", text)
        return re.sub(r"(listen\s+)(\d+)(?=[ ;])", r"\g<1>127.0.0.3:\2", text).replace("[::]:", "[::1]:")

    @staticmethod
    def all_text(folder):
        return "\n".join(f.read_text() for f in sorted(folder.rglob("*")) if f.is_file())

    @staticmethod
    def make(word, path):
        pem = certificates().folder
        kind = "ecdsa" if "ecdsa" in path.name else "rsa"
        path.parent.mkdir(parents=True, exist_ok=True)
        if word in ("ssl_certificate", "ssl_certificate_key"):
            whole = (pem / f"{kind}.pem").read_text() + (pem / f"{kind}-key.pem").read_text()
            path.write_text(whole)
        elif word in ("ssl_client_certificate", "ssl_trusted_certificate"):
            path.write_text((pem / "ca.pem").read_text())
        elif word == "ssl_session_ticket_key":
            path.write_bytes(os.urandom(48))
        elif word == "ssl_dhparam":
            harness.run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", path)
        elif word == "ssl_crl":
            (pem / "crl-index").touch()
            config = pem / "crl.cnf"
            config.write_text(f"[ca]\ndefault_ca=c\n[c]\ndatabase={pem}/crl-index\ndefault_md=sha256\ndefault_crl_days=9\n")
            harness.run("openssl", "ca", "-config", config, "-gencrl", "-cert", pem / "ca.pem", "-keyfile",
                        pem / "ca-key.pem", "-out", path)

    def nginx_takes(self, main):
        done = harness.run("nginx", "-t", "-q", "-e", "stderr", "-p", main.parent, "-c", main, ok=None)
        return done.returncode == 0, done.stderr

    def names(self):
        return sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir())

    def test_nginx_takes_what_is_imported(self):
        need_nginx()
        taken = 0
        for name in self.names():
            if name in NOT_FOR_THIS_NGINX:
                continue
            with self.subTest(name):
                good, why = self.nginx_takes(self.lay_out(name))
                self.assertTrue(good, why)
                taken += 1
        self.assertGreaterEqual(taken, 18)

    def test_nginx_refuses_what_is_refused(self):
        need_nginx()
        for name in REFUSED_BY_BOTH:
            with self.subTest(name):
                main = self.lay_out(name)
                self.assertFalse(self.nginx_takes(main)[0])
                postern("import", main, ok=1)

    def test_check_takes_what_import_prints(self):
        checked = 0
        for name in self.names():
            with self.subTest(name):
                main = self.lay_out(name)
                done = postern("import", main, ok=None)
                if done.returncode == 1 or name == "keys-elsewhere":
                    continue
                file = temp_folder() / "postern.toml"
                file.write_text(done.stdout)
                said = postern("check", "-c", file, ok=None)
                if said.returncode != 0:  # what a library cannot do is told by check alone
                    errors = re.findall(r"error: (.*)", said.stderr)
                    self.assertTrue(errors and all(re.search("wolfSSL|BoringSSL|alone", e) for e in errors), said.stderr)
                dumps = [re.sub(r"  # .*", "", postern("dump", *words, ok=None).stdout)
                         for words in (("--nginx", main), ("-c", file))]
                self.assertEqual(dumps[0].replace(f'"{main.parent}/', '"').split("\n")[0:3],
                                 dumps[1].replace(f'"{main.parent}/', '"').split("\n")[0:3])
                self.assertEqual(self.absolute(dumps[0], main), self.absolute(dumps[1], main))
                checked += 1
        self.assertGreaterEqual(checked, 18)

    @staticmethod
    def absolute(dump, main):
        """Files below nginx's folder are written without it in that folder's own dump."""
        return dump.replace(f"{main.parent}/", "")


# Main-level text beside a mail block that both take; nginx and postern must agree about each.
SYNTAX = [
    "", "# x", "#" + "x" * 4094, "#" + "x" * 4095, "#" + "x" * 9000, " " * 9000, "env " + "x" * 4095 + ";",
    "env " + "x" * 4096 + ";", 'env "' + "x" * 4094 + '";', 'env "' + "x" * 4096 + '";', 'env "x"y;', "env 'x'{", "env",
    "env x", "env x;;", ";", "{", "}", "{}", "env x; }", "env x}y;", "env x#y;", "http;", "env ${x;", "env x${{y;", "env $ {}",
    '"env" x;', "'env' \"x\";", "env 'x", 'env "x', "env \\", "env x\\;y;", "env\rx\r;\r", "env\n# in between\nx;",
    "include nothing.conf;", "include nothing*.conf;", "include;", "include a b;", "include nothing?;", "include [n]othing;",
    "mail;", "mail x { }", "server { }", "timeout 5s;", "events;", "events { }", "http", "http {", "http { }",
    "http { server { } }", "http { types { } } }",
]
# The same inside mail.
SYNTAX_OF_MAIL = [
    "timeout 5s;", "timeout 5s; timeout 5s;", "timeout 5 s;", "timeout;", "timeout { }", "timeout 5s", "auth_http 127.0.0.1:1;",
    "imap_auth plain; imap_auth login;", "imap_auth plain plain;", "ssl_session_cache none; ssl_session_cache builtin;",
    "ssl_protocols TLSv1.2; ssl_protocols TLSv1.3;", "imap_capabilities a; imap_capabilities b;", "listen 143;", "server;",
    "server x { listen 127.0.0.1:1; }", "server { server { } }", "proxy on;", "auth_http_header a b; auth_http_header c d;",
    "ssl_certificate a; ssl_certificate b;", "error_log stderr; error_log stderr info;", "set_real_ip_from 10.0.0.0/8;",
    "protocol imap;", "server { protocol imap; }", "xclient on; xclient off;", "server { listen 127.0.0.1:144; }",
    "error_log syslog:server=127.0.0.1:5514,facility=mail,tag=a_b,nohostname crit;", "error_log syslog:server=unix:/x,severity=info;",
    "error_log syslog:server=[::1] emerg; error_log stderr;",
]


class Syntax(harness.Test):
    def test_both_take_the_same(self):
        need_nginx()
        folder = temp_folder()
        file = folder / "nginx.conf"
        head = f"load_module {MODULE};\npid {folder}/pid;\n"
        mail = "mail {{ auth_http 127.0.0.1:9; server {{ listen 127.0.0.1:143; }}\n{} }}\n"
        events = "events { }\n"
        texts = [head + ("" if "events" in text else events) + ("" if re.match("mail[ x]*{", text) else mail.format("")) + text
                 for text in SYNTAX]
        texts += [head + events + mail.format(text) for text in SYNTAX_OF_MAIL]
        for text in texts:
            with self.subTest(text[len(head):][-80:]):
                file.write_bytes(text.encode())
                nginx = harness.run("nginx", "-t", "-q", "-e", "stderr", "-p", folder, "-c", file, ok=None)
                ours = postern("import", file, ok=None)
                self.assertEqual(ours.returncode != 1, nginx.returncode == 0, nginx.stderr + ours.stderr)


PLAIN = """load_module {module};
daemon off;
master_process off;
user root;
pid {folder}/pid;
error_log {folder}/log info;
events {{ worker_connections 128; }}
mail {{
    server_name gw.example.org;
    auth_http {lookup}/auth;
    auth_http_header X-Key "a key";
    timeout {timeout};
    ssl_certificate {pem}/ecdsa.pem;
    ssl_certificate_key {pem}/ecdsa-key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    smtp_capabilities "SIZE 1000" 8BITMIME;
    proxy_pass_error_message on;
    include {folder}/servers/*.conf;
}}
"""
SERVERS = {
    "imap": "server {{ listen 127.0.0.1:{imap}; listen 127.0.0.1:{imaps} ssl; protocol imap; starttls on; }}\n",
    "pop3": "server {{ listen 127.0.0.1:{pop3}; listen 127.0.0.1:{pop3s} ssl; protocol pop3; starttls on; }}\n",
    "smtp": "server {{ listen 127.0.0.1:{smtp}; listen 127.0.0.1:{smtps} ssl; protocol smtp; starttls on;\n"
            "    smtp_auth plain login; xclient off; proxy_smtp_auth on; }}\n"}
LOGIN = {"imap": ["a LOGIN joe secret"], "pop3": ["USER joe", "PASS secret"],
         "smtp": ["EHLO me", "AUTH PLAIN AGpvZQBzZWNyZXQ="]}


class Files:
    """One nginx.conf with what it includes, at ports of its own."""

    def __init__(self, lookup, timeout="30s"):
        self.folder, self.lookup = temp_folder(), lookup
        self.port = {name + tls: free_port() for name in SERVERS for tls in ("", "s")}
        (self.folder / "servers").mkdir()
        for name, text in SERVERS.items():
            (self.folder / f"servers/{name}.conf").write_text(text.format(**self.port))
        self.main = self.folder / "nginx.conf"
        self.write(timeout)

    def write(self, timeout="30s"):
        self.main.write_text(PLAIN.format(module=MODULE, folder=self.folder, lookup=self.lookup.address, timeout=timeout,
                                          pem=certificates().folder))

    def client(self, name):
        return harness.Client(self.port[name], tls=name.endswith("s"))


class Nginx(Files, servers.Nginx):
    def __init__(self, lookup):
        Files.__init__(self, lookup)
        servers.Nginx.__init__(self, folder=self.folder)


class Postern(harness.Gateway):
    """postern with such a file: directly, or with the TOML that import makes of it."""

    def __init__(self, files, directly):
        super().__init__([], text="\n")
        self.files = files
        self.words = ["run", "--nginx", str(files.main)]
        if not directly:
            self.write(postern("import", files.main).stdout)
            self.words = ["run", "-c", str(self.file)]

    # error_log is a file, which holds the events
    def events(self, name=None, **wanted):
        kept, self.log_file = self.log_file, self.files.folder / "log"
        try:
            return super().events(name, **wanted)
        finally:
            self.log_file = kept

    def client(self, name, **_):
        return self.files.client(name)


class LikeNginx(harness.Test):
    def setUp(self):
        need_nginx()
        self.box = self.enter(harness.Mailbox("joe:secret"))
        self.lookup = self.enter(AuthHttp(self.answer))

    def answer(self, headers, _):
        if headers.get("Auth-User") != "joe":
            return {"Auth-Status": "who is that?", "Auth-Wait": "1"}
        return {"Auth-Status": "OK", "Auth-Server": "127.0.0.1",
                "Auth-Port": str(self.box.port[headers["Auth-Protocol"]])}

    def meet(self, server, name):
        """What a client hears up to its login, and what the service was asked."""
        asked, heard = len(self.lookup.requests), []
        with server.client(name) as client:
            heard.append(client.line())
            for line in LOGIN[name[:4]]:
                heard += client.reply(line) if name.startswith("smtp") else [client.say(line)]
        request, headers = self.lookup.requests[asked]
        same = {"Auth-Method", "Auth-User", "Auth-Pass", "Auth-Protocol", "Auth-SSL", "X-Key", "Client-IP"}
        return re.sub(rb"<.*>", b"", heard[0]), heard[1:], request.split()[1], {k: v for k, v in headers if k in same}

    def test_one_file_for_both(self):
        nginx = self.enter(Nginx(self.lookup))
        for directly in (True, False):
            gateway = self.enter(Postern(Files(self.lookup), directly))
            for name in nginx.port:
                with self.subTest(name, directly=directly):
                    wanted = self.meet(nginx, name)
                    self.assertIn("joe", wanted[3].values())
                    self.assertEqual(self.meet(gateway, name), wanted)

    def test_a_reload_reads_nginx_s_file_again(self):
        files = Files(self.lookup)
        gateway = self.enter(Postern(files, True))
        port = free_port()
        (files.folder / "servers/more.conf").write_text(f"server {{ listen 127.0.0.1:{port}; protocol pop3; }}\n")
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded")
        with harness.Client(port) as client:
            self.assertTrue(client.line().startswith(b"+OK"))
        (files.folder / "servers/more.conf").write_text("server {\n    listen 127.0.0.1:1 ssl\n}\n")
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reload refused, everything stays as it was")
        self.assertRegex(gateway.log(), r'servers/more\.conf:3:1: error: unexpected "}"')
        with harness.Client(port) as client:
            self.assertTrue(client.line().startswith(b"+OK"))


    def test_renewed_certificates_are_served(self):
        files = Files(self.lookup)
        pem, own = certificates().folder, files.folder / "own.pem"
        def renew(kind):
            fresh = files.folder / "fresh.pem"
            fresh.write_text((pem / f"{kind}.pem").read_text() + (pem / f"{kind}-key.pem").read_text())
            fresh.rename(own)
        renew("rsa")
        text = re.sub(r"(ssl_certificate(?:_key)?) [^;]*;", r"\1 own.pem;", files.main.read_text())
        files.main.write_text("ssl_certificate_watch 1s;\n" + text)  # postern's own words may stand there as well
        self.enter(Postern(files, True))
        def shown():
            with files.client("imaps") as client:
                return client.socket.getpeercert(binary_form=True)
        first = shown()
        renew("ecdsa")
        wait_for("the new certificate", lambda: shown() != first)


class CommandLine(harness.Test):
    def test_statuses(self):
        file = temp_folder() / "nginx.conf"
        for text, status in (("auth_http 127.0.0.1:9;", 0), ("auth_http 127.0.0.1:9; imap_id x;", 3),
                             ("auth_http 127.0.0.1:9; timeout 5s", 1), ("timeout 5s;", 1)):
            file.write_text(f"events {{}}\nmail {{\n{text}\nserver {{ listen 127.0.0.1:143; }}\n}}\n")
            with self.subTest(text):
                done = postern("import", file, ok=status)
                self.assertEqual(status == 0, "error" not in done.stderr and "warning" not in done.stderr)
                self.assertEqual(postern("import", "-", input=file.read_text(), ok=status).stdout, done.stdout)
        postern("import", file.parent / "nothing", ok=1)
        postern("import", "a", "b", ok=2)

    def test_complaints_point_at_nginx_s_lines(self):
        folder = temp_folder()
        (folder / "nginx.conf").write_text("events {}\nmail {\ninclude more/*;\n}\n")
        (folder / "more").mkdir()
        (folder / "more/a").write_text("auth_http 127.0.0.1:9;\nserver {\n  listen 127.0.0.1:993 ssl;\n"
                                       "  ssl_certificate nowhere.pem;\n  ssl_ciphers NONESUCH;\n}\n")
        said = postern("check", "--nginx", folder / "nginx.conf", ok=1).stderr
        self.assertRegex(said, r'more/a:4:19: error: ssl_certificate: cannot read "' + str(folder) + '/nowhere.pem"')
        self.assertIn("  4 |   ssl_certificate nowhere.pem;\n    |                   ^\n", said)
        self.assertRegex(said, r"more/a:5:3: error: ssl_ciphers: ")

    def test_what_the_readme_shows(self):
        readme = (SOURCE / "README.md").read_text()
        folder = temp_folder()
        (folder / "nginx.conf").write_text(re.search(r"^```nginx\n(.*?)^```$", readme, re.M | re.S).group(1))
        shown = re.search(r"^```console\n\$ postern import nginx.conf\n(.*?)^```$", readme, re.M | re.S).group(1)
        done = postern("import", "nginx.conf", cwd=folder, ok=3)
        self.assertEqual((done.stderr + done.stdout).replace(str(folder), "/etc/nginx"), shown)

    def test_options_that_exclude_each_other(self):
        self.assertIn("exclude", postern("check", "-c", "a", "--nginx", "b", ok=2).stderr)
        self.assertIn("--nginx", postern("check", "--prefix", "b", ok=2).stderr)

    def test_names_of_the_prefix(self):
        file = temp_folder() / "nginx.conf"
        file.write_text("error_log logs/e.log;\nevents {}\nmail {\nauth_http 127.0.0.1:9;\nssl_certificate c.pem;\n"
                        "server { listen 127.0.0.1:143; }\n}\n")
        done = postern("import", file, "--prefix", "/usr/share/nginx")
        self.assertIn('error_log = "/usr/share/nginx/logs/e.log"', done.stdout)
        self.assertIn(f'ssl_certificate = "{file.parent}/c.pem"', done.stdout)
        self.assertNotIn("prefix", done.stderr)
        self.assertIn("--prefix", postern("import", file).stderr)


if __name__ == "__main__":
    harness.main()
