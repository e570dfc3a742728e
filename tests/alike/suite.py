"""Scripts, and one running program that they are played against.

A script is a function of a Peer, with the settings of the server that it is played against. Its transcript is what the
connections noted (tls_client.py). tests/alike/README.md tells how to add one.
"""
import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import harness
import tls_client

SCRIPTS = {}  # name -> Script
Script = collections.namedtuple("Script", "name talk settings starttls protocol")


def script(name, starttls=False, protocol="imap", **settings):
    """Registers a script. `settings`: directives of the server; a certificate is named by "certificates"."""
    def keep(talk):
        assert name not in SCRIPTS, name
        SCRIPTS[name] = Script(name, talk, settings, starttls, protocol)
        return talk
    return keep


def shakes(name, settings=None, **parts):
    """Registers the commonest script: one handshake, which is to say what comes of these parts of a hello."""
    script(name, **(settings or {}))(lambda peer: peer.shake(**parts))


class Peer:
    """What a script talks to: one program's server with the script's settings."""

    def __init__(self, program, port):
        self.program, self.port, self.notes, self.connections = program, port, [], []

    def connect(self):
        it = tls_client.Connection(self.port, self.notes, self.program.certificates)
        self.connections.append(it)
        return it

    def close(self):
        for it in self.connections:
            it.socket.close()

    def shake(self, stay=False, identity=None, proof=True, **parts):
        """A whole connection: handshake, greeting, goodbye. With `stay`, it goes on after the greeting. `identity`: the name
        of a client certificate."""
        it = self.connect()
        if it.hello(**parts).answer() and not it.retried:
            if it.can_finish():
                it.finish(identity=identity and self.program.pki.identity(identity), proof=proof).hear()
                return it if stay else it.goodbye()
            self.notes.append("(the client leaves here)")
        return it.hang_up()

    def logged(self, it):
        """Notes how the log says that a connection ended: what the wire cannot show."""
        def lines():  # of this connection, not of one before that had the same port
            return [e for e in self.program.gateway.events("end", client=it.address) if e["time"] >= it.began]
        seen = harness.wait_for("the line of its end", lines)[0]
        self.notes.append(f"log: ended by {seen['ended_by']}: {seen['reason'].split(':')[0]}")

    def greeted(self, version="TLSv1.3", **parts):
        """A connection behind its greeting; what led there is not noted, since other scripts do."""
        kept = len(self.notes)
        it = self.shake(stay=True, versions=[version], **parts)
        if it.gone or not it.finished:
            raise AssertionError(f"no connection: {self.notes[kept:]}")
        del self.notes[kept:]
        return it


class Program:
    """One running postern with a server for each set of settings that a script asks for."""

    def __init__(self, library, path, pki):
        self.library, self.path = library, path
        harness.POSTERN = path
        self.version = harness.postern("version").stdout.split("\n")[0]
        self.pki, self.certificates = pki, pki.by_bytes
        self.names, servers = {}, []
        for one in SCRIPTS.values():
            key = self.key(one)
            if key in self.names:
                continue
            name = self.names[key] = f"s{len(servers)}"
            settings = dict(one.settings)
            settings.update(pki.settings(settings.pop("certificates", "ecdsa")))
            settings = {key: pki.placed(value) for key, value in settings.items()}
            if one.starttls:
                settings.setdefault("starttls", "on")
            servers.append({"protocol": one.protocol, "listen": [name + ("" if one.starttls else " ssl")],
                            "upstream": "127.0.0.1:1", "timeout": "60s", **settings})
            if one.protocol == "smtp":
                servers[-1]["proxy_smtp_auth"] = True
        self.gateway = harness.Gateway(servers)

    @staticmethod
    def key(one):
        return repr((sorted(one.settings.items()), one.starttls, one.protocol))

    def __enter__(self):
        harness.POSTERN = self.path
        self.gateway.start()
        self.workers = self.gateway.workers()
        return self

    def __exit__(self, *what):
        self.gateway.__exit__(*what)

    def play(self, one):
        peer = Peer(self, self.gateway.port[self.names[self.key(one)]])
        try:
            one.talk(peer)
        except Exception as why:  # a library may send what the client cannot read: that is a finding, too
            peer.notes.append(f"the script failed: {type(why).__name__}: {why}")
        finally:
            peer.close()
        if self.gateway.workers() != self.workers:
            peer.notes.append("A WORKER DIED")
            self.workers = harness.wait_for("a new worker", self.gateway.workers)
        return peer.notes
