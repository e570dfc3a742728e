"""Bytes said in clear text around STARTTLS never count as if they had come through TLS: RFC 2595, RFC 3207, CVE-2011-0411 and
its many successors."""
import base64
import time

import harness
from harness import PASSWORD, USER, tls_context
from parking import first_flight
from unharmed import Hostile

STARTTLS = {"imap": ("s STARTTLS", b"s OK"), "pop3": ("STLS", b"+OK"), "smtp": ("STARTTLS", b"220 ")}
HIDDEN = {"imap": "i LOGIN eve x", "pop3": "USER eve", "smtp": "EHLO eve"}
LOGIN = {"imap": [f'a LOGIN {USER} "{PASSWORD}"'], "pop3": [f"USER {USER}", f"PASS {PASSWORD}"],
         "smtp": ["EHLO me", "AUTH PLAIN " + base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()]}
REASON = "^plain text was sent behind STARTTLS$"
PROTOCOLS = ("imap", "pop3", "smtp")


class Injected(Hostile):
    def start(self, protocol):
        client = self.enter(self.gateway.client(protocol))
        client.reply()
        if protocol == "smtp":
            client.reply("EHLO me")
        return client

    def ends_without_an_answer(self, protocol, text):
        """The session ends, and nothing that is hidden in the text was answered."""
        with self.ends_with(REASON):
            client = self.start(protocol)
            client.send(text)
            said = client.rest()
            client.close()
        for hidden in (b"eve", b"i OK", b"i NO", b"i BAD"):
            self.assertNotIn(hidden, said)
        self.assertNotIn(STARTTLS[protocol][1], said)  # nobody is led into a handshake

    def test_one_command_several_commands_and_parts_of_one(self):
        for protocol in PROTOCOLS:
            command, hidden = STARTTLS[protocol][0], HIDDEN[protocol]
            for name, behind in (("a command", hidden + "\r\n"),
                                 ("many commands", (hidden + "\r\n") * 20),
                                 ("half a line", hidden[:7]),
                                 ("one letter", "x"),
                                 ("an empty line", "\r\n"),
                                 ("a bare LF", "\n"),
                                 ("a NUL", "\0"),
                                 ("STARTTLS again", command + "\r\n"),
                                 ("a whole login", "".join(line + "\r\n" for line in LOGIN[protocol]))):
                with self.subTest(f"{protocol}: {name}"):
                    self.ends_without_an_answer(protocol, f"{command}\r\n{behind}")

    def test_with_bare_line_ends(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol):
                self.ends_without_an_answer(protocol, f"{STARTTLS[protocol][0]}\n{HIDDEN[protocol]}\n")

    def test_a_client_hello_that_does_not_wait(self):
        """It could be told from text, but then text in front of it could not."""
        for protocol in PROTOCOLS:
            for name, behind in (("alone", b""), ("with text behind it", HIDDEN[protocol].encode() + b"\r\n")):
                with self.subTest(f"{protocol}: {name}"):
                    hello = first_flight(tls_context())
                    self.ends_without_an_answer(protocol, STARTTLS[protocol][0].encode() + b"\r\n" + hello + behind)

    def test_a_command_split_from_what_is_behind_it(self):
        """The last byte of the line end comes with the text."""
        for protocol in PROTOCOLS:
            with self.subTest(protocol), self.ends_with(REASON):
                client = self.start(protocol)
                client.send(STARTTLS[protocol][0] + "\r")
                time.sleep(0.1)
                client.send(f"\n{HIDDEN[protocol]}\r\n")
                self.assertNotIn(b"eve", client.rest())
                client.close()

    def test_text_in_place_of_a_client_hello(self):
        """After the answer there is nothing but TLS."""
        for protocol in PROTOCOLS:
            for name, text in (("text", HIDDEN[protocol].encode() + b"\r\n"),
                               ("text, then a ClientHello", HIDDEN[protocol].encode() + b"\r\n" + first_flight(tls_context()))):
                with self.subTest(f"{protocol}: {name}"), self.ends_with("came instead of a TLS handshake", event="tls failed"):
                    client = self.start(protocol)
                    self.assertTrue(client.reply(STARTTLS[protocol][0])[0].encode().startswith(STARTTLS[protocol][1]))
                    client.send(text)
                    self.assertEqual(client.rest(), b"")
                    client.close()

    def test_text_behind_a_client_hello(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol), self.ends_with(".", event="tls failed"):
                client = self.start(protocol)
                client.reply(STARTTLS[protocol][0])
                client.send(first_flight(tls_context()) + HIDDEN[protocol].encode() + b"\r\n")
                self.assertNotIn(b"eve", client.rest())
                client.close()

    def test_what_was_said_before_is_forgotten(self):
        """POP3: a USER in clear; SMTP: an envelope and a name; none of them counts inside."""
        client = self.start("pop3")
        client.say(f"USER {USER}")
        self.assertRegex(client.say("STLS"), "^-ERR")
        client.say("STLS")
        client.start_tls()
        self.assertRegex(client.say(f"PASS {PASSWORD}"), "^-ERR")
        client.close()
        client = self.start("smtp")
        client.say("STARTTLS")
        client.start_tls()
        self.assertRegex(client.say("RCPT TO:<x@example.org>"), "^503|^530")
        client.close()

    def test_a_second_starttls_inside_tls(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol):
                client = self.start(protocol)
                client.reply(STARTTLS[protocol][0])
                client.start_tls()
                self.assertRegex(client.reply(STARTTLS[protocol][0])[0], r"^(s BAD|-ERR|500)")
                client.close()
                client = self.enter(self.gateway.client(protocol + "s", tls=True))
                client.reply()
                self.assertRegex(client.reply(STARTTLS[protocol][0])[0], r"^(s BAD|-ERR|500)")
                client.close()

    def test_starttls_in_the_middle_of_authenticating(self):
        for protocol, ask in (("imap", "a AUTHENTICATE PLAIN"), ("pop3", "AUTH PLAIN"), ("smtp", "AUTH PLAIN")):
            with self.subTest(protocol):
                client = self.start(protocol)
                client.reply(ask)
                self.assertRegex(client.reply(STARTTLS[protocol][0])[0], r"BAD|-ERR|^50")
                client.close()

    def test_starttls_in_a_literal_is_a_word(self):
        client = self.start("imap")
        said = client.say("a LOGIN {12+}\r\ns STARTTLS\r\n {1+}\r\nx")
        self.assertRegex(said, "^a (NO|BAD)")
        client.close()

    def test_who_waits_as_it_should_gets_in(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol):
                client = self.start(protocol)
                client.reply(STARTTLS[protocol][0])
                client.start_tls()
                for line in LOGIN[protocol]:
                    said = client.reply(line)[0]
                self.assertRegex(said, r"^(a OK|\+OK|235)")
                client.close()


if __name__ == "__main__":
    harness.main()
