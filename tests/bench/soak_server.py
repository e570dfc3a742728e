"""The mail servers behind the gateway in `soak`: they take every login whose password is right, and answer afterwards to
words that check themselves. Prints its ports when ready and ends with its standard input.

    NOOP word       OK word
    GET size seed   so many bytes, made from the seed (see pattern())
    PUT size        takes so many bytes; SUM and their SHA-256
    QUIT            BYE, and closes
"""
import asyncio
import base64
import hashlib
import sys

PASSWORD = "right"


def pattern(size, seed):
    block = hashlib.sha512(str(seed).encode()).digest() * 1024
    return block * (size // len(block)) + block[:size % len(block)]


async def serve_commands(reader, writer):
    while line := await reader.readline():
        word, *rest = line.decode("latin-1").split()
        if word == "NOOP":
            writer.write(f"OK {rest[0]}\r\n".encode())
        elif word == "GET":
            writer.write(pattern(int(rest[0]), rest[1]))
        elif word == "PUT":
            left, digest = int(rest[0]), hashlib.sha256()
            while left:
                got = await reader.read(min(left, 65536))
                if not got:
                    return
                digest.update(got)
                left -= len(got)
            writer.write(f"SUM {digest.hexdigest()}\r\n".encode())
        elif word == "QUIT":
            writer.write(b"BYE\r\n")
            return
        await writer.drain()


async def imap(reader, writer):
    writer.write(b"* OK ready\r\n")
    line = await reader.readline()
    tag = line.split()[0].decode()
    if line.endswith(f'"{PASSWORD}"\r\n'.encode()):
        writer.write(f"{tag} OK in\r\n".encode())
        return True
    writer.write(f"{tag} NO [AUTHENTICATIONFAILED] no\r\n".encode())


async def pop3(reader, writer):
    writer.write(b"+OK ready\r\n")
    await reader.readline()
    writer.write(b"+OK\r\n")
    right = (await reader.readline()).rstrip() == b"PASS " + PASSWORD.encode()
    writer.write(b"+OK in\r\n" if right else b"-ERR [AUTH] no\r\n")
    return right


async def smtp(reader, writer):
    writer.write(b"220 mx ESMTP\r\n")
    while line := await reader.readline():
        if line.startswith(b"EHLO"):
            writer.write(b"250-mx\r\n250 AUTH PLAIN\r\n")
        elif line.startswith(b"AUTH PLAIN"):
            right = base64.b64decode(line.split()[2]).split(b"\0")[2] == PASSWORD.encode()
            writer.write(b"235 2.0.0 OK\r\n" if right else b"535 5.7.8 no\r\n")
            return right
        else:
            return False


def server_of(log_in):
    async def serve(reader, writer):
        try:
            if await log_in(reader, writer):
                await serve_commands(reader, writer)
            await writer.drain()
        except (OSError, ValueError, IndexError, asyncio.IncompleteReadError):
            pass  # whoever does not say what it should is closed
        finally:
            writer.close()
    return serve


def lookup(ports):
    async def serve(reader, writer):
        try:
            while await reader.readline():
                headers = {}
                while (line := await reader.readline()) not in (b"\r\n", b""):
                    name, _, value = line.decode("latin-1").rstrip().partition(": ")
                    headers[name] = value
                protocol, down = headers["Auth-Protocol"], headers["Auth-User"] == "nowhere"
                writer.write((f"HTTP/1.1 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1\r\n"
                              f"Auth-Port: {1 if down else ports[protocol]}\r\nContent-Length: 0\r\n\r\n").encode())
                await writer.drain()
        except (OSError, KeyError):
            pass
        finally:
            writer.close()
    return serve


async def main():
    ports = {}
    for name, talk in (("imap", server_of(imap)), ("pop3", server_of(pop3)), ("smtp", server_of(smtp)), ("http", lookup(ports))):
        server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1000)
        ports[name] = server.sockets[0].getsockname()[1]
    print(*(f"{name}={port}" for name, port in ports.items()), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
