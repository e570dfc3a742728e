"""Where clients may connect: address forms, ranges, names, sockets' options, and which server an address belongs to."""
import os
import re
import signal
import socket
import struct
import time

import harness
from harness import free_port


def imap(peer):
    """An upstream that lets everybody in."""
    peer.send("* OK hi\r\n")
    tag = peer.line().split()[0].decode()
    peer.send(f"{tag} OK in\r\n")
    peer.rest()


def ports_in_a_row(count):
    """The first of so many ports in a row that are free now."""
    for _ in range(1000):
        ports = [free_port() for _ in range(count)]
        if ports == list(range(ports[0], ports[0] + count)):
            return ports[0]
    raise AssertionError("no free ports in a row")


def greeting(port, host="127.0.0.1", tls=False):
    """What a client hears first, there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(harness.DEADLINE)
        client.connect((host, port))
        if not tls:
            return client.recv(100)
        with harness.tls_context(check=False).wrap_socket(client) as inside:
            return inside.recv(100)


def refused(port, host="127.0.0.1"):
    with socket.socket() as client:
        client.settimeout(harness.DEADLINE)
        return client.connect_ex((host, port)) != 0


class Gateway(harness.Gateway):
    """Addresses as they are written, in place of names for ports that the harness chooses."""

    def listen(self, word):
        return word

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.wait_event("reloaded")

    def ends(self, count):
        self.wait_event("end", count)
        return self.events("end")


class Listen(harness.Test):
    def start(self, servers, **more):
        gateway = Gateway(servers, **more)
        self.addCleanup(lambda: gateway.process.poll() is None and gateway.stop(check=False))
        return gateway.start()

    def refuses(self, servers, text):
        """A start fails and says so."""
        gateway = Gateway(servers)
        done = harness.postern("run", "-c", gateway.file, ok=1)
        self.assertIn(text, done.stdout + done.stderr)

    def test_a_range_of_ports_is_one_server(self):
        first = ports_in_a_row(4)
        gateway = self.start([{"listen": [f"127.0.0.1:{first}-{first + 3}"], "protocol": "pop3", "upstream": "127.0.0.1"}])
        for port in range(first, first + 4):
            self.assertEqual(greeting(port), b"+OK POP3 ready\r\n")
        self.assertEqual({e["address"] for e in gateway.events("listening")},
                         {f"127.0.0.1:{p}" for p in range(first, first + 4)})
        gateway.write(gateway.text.replace(f"{first}-{first + 3}", f"{first + 1}-{first + 2}"))
        gateway.reload()
        self.assertEqual([refused(p) for p in range(first, first + 4)], [True, False, False, True])

    def test_a_name_is_every_address_it_has(self):
        port = free_port()
        gateway = self.start([{"listen": [f"localhost:{port}"], "protocol": "imap", "upstream": "127.0.0.1"}])
        addresses = {e["address"] for e in gateway.events("listening")}
        expected = {info[4][0] for info in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM,
                                                              flags=socket.AI_ADDRCONFIG)}
        self.assertEqual(addresses, {f"[{a}]:{port}" if ":" in a else f"{a}:{port}" for a in expected})
        self.assertEqual(greeting(port), b"* OK IMAP4 ready\r\n")

    def test_a_name_that_nobody_knows(self):
        self.refuses([{"listen": ["no-such-host.invalid:143"], "upstream": "127.0.0.1"}],
                     "listen: cannot find the addresses of no-such-host.invalid: ")

    def test_a_login_that_leads_back_to_a_name(self):
        port = free_port()
        gateway = self.start([{"listen": [f"localhost:{port}"], "protocol": "imap", "upstream": f"127.0.0.1:{port}"}])
        with socket.create_connection(("127.0.0.1", port), harness.DEADLINE) as client:
            client.sendall(b"a LOGIN x y\r\n")
            self.assertIn(b"internal server error", client.makefile("rb").read())
        line = gateway.wait_event("lookup failed")
        self.assertIn(f"the way leads back to this server's own listener 127.0.0.1:{port}", line["detail"])

    def test_the_most_particular_address_decides_the_server(self):
        port = free_port()
        self.start([
            {"listen": [f"*:{port}"], "protocol": "imap", "upstream": "127.0.0.1"},
            {"listen": [f"127.0.0.2:{port}"], "protocol": "pop3", "upstream": "127.0.0.1"},
            {"listen": [f"127.0.0.3:{port}"], "protocol": "smtp", "smtp_auth": "none", "upstream": "127.0.0.1"},
        ], top={"worker_processes": 2})
        for _ in range(20):  # whichever worker it comes to
            self.assertEqual(greeting(port, "127.0.0.2"), b"+OK POP3 ready\r\n")
            self.assertEqual(greeting(port, "127.0.0.3"), b"220 gw.example.org ESMTP ready\r\n")
            self.assertEqual(greeting(port, "127.0.0.1"), b"* OK IMAP4 ready\r\n")
            self.assertEqual(greeting(port, "127.0.0.4"), b"* OK IMAP4 ready\r\n")

    def test_ipv4_clients_of_an_ipv6_address_have_their_own(self):
        port = free_port()
        gateway = self.start([{"listen": [f"[::]:{port} ipv6only=off"], "protocol": "imap", "upstream": "127.0.0.1"}])
        self.assertEqual(greeting(port), b"* OK IMAP4 ready\r\n")
        self.assertEqual(greeting(port, "::1"), b"* OK IMAP4 ready\r\n")
        clients = sorted(re.sub(r":\d+$", "", e["client"]) for e in gateway.ends(2))
        self.assertEqual(clients, ["127.0.0.1", "[::1]"])

    def test_an_ipv6_address_takes_no_ipv4_clients(self):
        port = free_port()
        self.start([{"listen": [f"[::]:{port}"], "protocol": "imap", "upstream": "127.0.0.1"}])
        self.assertTrue(refused(port))
        self.assertEqual(greeting(port, "::1"), b"* OK IMAP4 ready\r\n")

    def test_a_connection_that_brings_nothing_is_left_to_the_system(self):
        port = free_port()
        gateway = self.start([{"listen": [f"127.0.0.1:{port} ssl deferred"], "protocol": "imap", "upstream": "127.0.0.1"}])
        self.assertEqual(greeting(port, tls=True), b"* OK IMAP4 ready\r\n")
        gateway.ends(1)
        worker, = gateway.workers()
        before = os.listdir(f"/proc/{worker}/fd")
        with socket.create_connection(("127.0.0.1", port)):
            time.sleep(0.2)  # without the parameter the worker would have it by now
            self.assertEqual(os.listdir(f"/proc/{worker}/fd"), before)

    def test_data_with_the_first_packet(self):
        port = free_port()
        self.start([{"listen": [f"127.0.0.1:{port} fastopen=16"], "protocol": "imap", "upstream": "127.0.0.1"}])
        with socket.socket() as client:
            client.sendto(b"a LOGOUT\r\n", socket.MSG_FASTOPEN, ("127.0.0.1", port))
            client.settimeout(harness.DEADLINE)
            self.assertEqual(client.makefile("rb").read(), b"* OK IMAP4 ready\r\n* BYE\r\na OK completed\r\n")

    def test_every_parameter_together(self):
        port = free_port()
        words = ("ssl backlog=100 rcvbuf=64k sndbuf=64k bind reuseport so_keepalive=10m:20s:3 fastopen=8 deferred")
        gateway = self.start([{"listen": [f"127.0.0.1:{port} {words}"], "protocol": "imap", "upstream": "127.0.0.1"}])
        self.assertEqual(greeting(port, tls=True), b"* OK IMAP4 ready\r\n")
        gateway.write(gateway.text.replace(words, "ssl so_keepalive=off"))
        gateway.reload()
        self.assertEqual(greeting(port, tls=True), b"* OK IMAP4 ready\r\n")

    def test_accepted_connections_inherit_keepalive(self):
        upstream = harness.Server(imap)
        self.addCleanup(upstream.close)
        port = free_port()
        self.start([{"listen": [f"127.0.0.1:{port} so_keepalive=1s:1s:2"], "protocol": "imap", "upstream": "127.0.0.1"}])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.recv(100)
            mine = client.getsockname()[1]
            ends = f"0100007F:{port:04X} 0100007F:{mine:04X} "
            with open("/proc/net/tcp") as connections:
                theirs = [line for line in connections if ends in line]
            self.assertEqual(theirs[0].split()[5][:2], "02")  # proc_net_tcp: the timer that runs is keepalive's

    def test_a_socket_of_this_machine(self):
        path = harness.temp_folder() / "imap.sock"
        gateway = self.start([{"listen": [f"unix:{path} backlog=5"], "protocol": "imap", "upstream": "127.0.0.1"}])
        with harness.Client(path=path) as client:
            self.assertEqual(client.line(), b"* OK IMAP4 ready\r\n")
        self.assertEqual(gateway.ends(1)[0]["client"], "unix:")

    def test_an_address_that_this_machine_does_not_have(self):
        self.refuses([{"listen": ["192.0.2.1:143"], "upstream": "127.0.0.1"}],
                     "listen: cannot listen on 192.0.2.1:143: Cannot assign requested address")

    def test_multipath_tcp_where_the_kernel_has_it(self):
        port = free_port()
        servers = [{"listen": [f"127.0.0.1:{port} multipath"], "protocol": "imap", "upstream": "127.0.0.1"}]
        try:
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)  # IPPROTO_MPTCP
        except OSError:
            return self.refuses(servers, "Protocol not supported")
        with client:
            self.start(servers)
            client.settimeout(harness.DEADLINE)
            client.connect(("127.0.0.1", port))
            self.assertEqual(client.recv(100), b"* OK IMAP4 ready\r\n")
            flags = client.getsockopt(284, 1, 64)[8:12]  # SOL_MPTCP, MPTCP_INFO
            self.assertEqual(struct.unpack("I", flags)[0] & 1, 0, "fell back to TCP")


if __name__ == "__main__":
    harness.main()
