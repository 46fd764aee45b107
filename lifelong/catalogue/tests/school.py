"""A whole school's platform on loopback, under an invented public name: keys, tokens, scores."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpcore
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lifelong.catalogue.lti import claims, fetching
from lifelong.standards.tests.little_web import certificates

HOST = "lms.example.edu.cn"
ISSUER = f"https://{HOST}"
NUMBER = "93.184.216.34"


class School:
    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.new_key("one")
        self.asked: list[str] = []
        self.scores: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.tokens: list[dict[str, list[str]]] = []
        self.failing: list[int] = []  # statuses of the next scores

    def new_key(self, kid: str) -> None:
        self.keys = {kid: rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [
                {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "RS256"}
                for kid, key in self.keys.items()
            ]
        }

    def id_token(
        self, nonce: str, /, *, kid: str = "", algorithm: str = "RS256", key: Any = None, **changes: Any
    ) -> str:
        now = int(time.time())
        told = {
            "iss": ISSUER, "aud": "client-1", "sub": "student-7", "exp": now + 600, "iat": now, "nonce": nonce,
            claims.MESSAGE: claims.RESOURCE_LINK, claims.VERSION: "1.3.0", claims.DEPLOYMENT: "dep-1",
            "name": "张三", "email": "zhang@example.edu.cn",
            claims.AGS: {"scope": [claims.SCORE_SCOPE], "lineitem": f"{ISSUER}/courses/1/lineitems/2?type=3"},
        } | changes  # fmt: skip
        told = {name: value for name, value in told.items() if value is not None}
        kid = kid or next(iter(self.keys))
        return jwt.encode(told, key or self.keys[kid], algorithm=algorithm, headers={"kid": kid})

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if path == "/jwks":
            return 200, self.jwks()
        if path == "/token":
            self.tokens.append(parse_qs(body.decode()))
            return 200, {"access_token": "bearer-1", "token_type": "Bearer", "expires_in": 3600}
        if "/scores" in path:
            if self.failing:
                return self.failing.pop(0), {}
            self.scores.append((path, headers, json.loads(body)))
            return 200, {}
        return 404, {}


@contextmanager
def school(folder: Path, monkeypatch: Any) -> Iterator[School]:
    """The platform, and our network led to it through the arguments of the guard, which goes on judging."""
    found = School()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = found.answer(self.path, dict(self.headers), body)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_args: Any) -> None:
            pass

    server_tls, client_tls = certificates(folder, HOST)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    monkeypatch.setattr(fetching, "network", network(server.server_port, client_tls))
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def network(port: int, tls: ssl.SSLContext) -> fetching.Network:
    def connector(number: str, _port: int, timeout_s: float) -> httpcore.NetworkStream:
        assert number == NUMBER
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", port, timeout=timeout_s)

    return fetching.Network(lambda host, _port: [NUMBER if host == HOST else "10.0.0.1"], connector, tls)
