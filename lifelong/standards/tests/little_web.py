"""A little web of loopback servers under invented public names, reached only through the checker's own arguments."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lifelong.standards.links.guard import NoSuchName

#: What a server says to a path and headers: bytes, or something that does the talking itself.
Answer = Callable[[str, dict[str, str]], bytes | Callable[[socket.socket], None]]
REFERENCE = "reference.example.org"


def page(body: str, status: str = "200 OK", headers: str = "", title: str = "") -> bytes:
    content = f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


def moved(to: str, status: str = "302 Found", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n{headers}\r\n".encode()


class LittleWeb:
    """Names → numbers → what is there. ``resolver`` and ``connector`` are handed to the checker."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}  # successive answers; the last one stays
        self.doors: dict[tuple[str, int], int] = {}  # public number and port → port on loopback
        self.connected: list[tuple[str, int]] = []
        self.asked: list[str] = []
        self._servers: list[socket.socket] = []
        self.online = True
        self._next = 1

    def site(self, name: str, answer: Answer, *, port: int = 80, tls: ssl.SSLContext | None = None) -> str:
        """A server under ``name``; its number."""
        number = self.names[name][0][0] if name in self.names else self._number()
        self.names.setdefault(name, [[number]])
        self.doors[number, port] = self._serve(answer, tls)
        return number

    def resolver(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if not self.online:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if host == REFERENCE:
            return ["8.8.4.4"]
        answers = self.names.get(host)
        if not answers:
            raise NoSuchName(host)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connector(self, number: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
        self.connected.append((number, port))
        if number == "8.8.4.4" and self.online:
            port_here = self._reference()
        elif (number, port) in self.doors:
            port_here = self.doors[number, port]
        else:
            raise httpcore.ConnectError("connection refused")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", port_here, timeout=timeout_s)

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def _number(self) -> str:
        self._next += 1
        return f"93.184.216.{self._next}"

    def _reference(self) -> int:
        return self._serve(lambda path, headers: b"", None)

    def _serve(self, answer: Answer, tls: ssl.SSLContext | None) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        self._servers.append(server)
        threading.Thread(target=self._accept, args=(server, answer, tls), daemon=True).start()
        return int(server.getsockname()[1])

    def _accept(self, server: socket.socket, answer: Answer, tls: ssl.SSLContext | None) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(line, answer, tls), daemon=True).start()


def _talk(line: socket.socket, answer: Answer, tls: ssl.SSLContext | None) -> None:
    try:
        with line:
            line.settimeout(10)
            spoken = tls.wrap_socket(line, server_side=True) if tls else line
            with spoken:
                head = b""
                while b"\r\n\r\n" not in head and (piece := spoken.recv(65536)):
                    head += piece
                if not head:
                    return
                first, *rest = head.decode("latin-1").split("\r\n")
                headers = {n.strip().lower(): v.strip() for n, _, v in (each.partition(":") for each in rest) if v}
                reply = answer(first.split(" ")[1], headers)
                if callable(reply):
                    reply(spoken)
                else:
                    spoken.sendall(reply)
    except OSError:
        return  # the checker went away


@contextmanager
def little_web() -> Iterator[LittleWeb]:
    web = LittleWeb()
    try:
        yield web
    finally:
        web.close()


def certificates(folder: Path, *names: str, days: int = 30) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's context for ``names`` and a client's that trusts exactly it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "site.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cafile=str(path))
    return server, client
