"""A small S3 server in memory for quick tests: believes no address whose signature, method, headers or age are not right."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from lifelong.media.bucket import Place

KEY, SECRET, NAME = "who", "secret/+=", "originals"
SMALLEST_PART = 5 << 20
PAGE = 2  # parts a listing tells at once
OURS = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"}


class Refused(Exception):
    pass


class StrictBucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: ClassVar[dict[str, bytes]] = {}
    running: ClassVar[dict[tuple[str, str], dict[int, bytes]]] = {}
    rules: ClassVar[dict[str, str]] = {}
    away = False

    def log_message(self, *_words: Any) -> None:
        pass

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if type(self).away:
            return self.answer(503, "<Error><Code>ServiceUnavailable</Code></Error>")
        try:
            key, query = self.proven()
            return self.act(key, query, body)
        except Refused as refused:
            status, code = str(refused).split()
            return self.answer(int(status), f"<Error><Code>{code}</Code></Error>")

    do_GET = do_PUT = do_POST = do_DELETE = handle_one

    def do_OPTIONS(self) -> None:
        self.answer(200, "", ("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Allow-Headers", "*"))

    def proven(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        host = self.headers["Host"]
        _, name, key = unquote(parts.path).split("/", 2)
        if name != NAME:
            raise Refused("404 NoSuchBucket")
        said = {word: query.get(word, "") for word in OURS}
        at = datetime.strptime(said["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if datetime.now(UTC) > at + timedelta(seconds=int(said["X-Amz-Expires"])):
            raise Refused("403 AccessDenied")
        named = [word for word in said["X-Amz-SignedHeaders"].split(";") if word != "host"]
        place = Place(NAME, "", f"http://{host}", f"http://{host}", "us-east-1", in_host=False, key=KEY, secret=SECRET)
        rest = {word: value for word, value in query.items() if word not in OURS}
        right = place.address(
            self.command, key, query=rest, headers={word: self.headers.get(word, "") for word in named},
            seconds=int(said["X-Amz-Expires"]), at=at,
        )  # fmt: skip
        if dict(parse_qsl(urlsplit(right).query))["X-Amz-Signature"] != said["X-Amz-Signature"]:
            raise Refused("403 SignatureDoesNotMatch")
        return key, rest

    def act(self, key: str, query: dict[str, str], body: bytes) -> None:
        multipart = (key, query.get("uploadId", ""))
        if not key:
            if self.command == "PUT":
                self.rules[next(iter(query))] = body.decode()
            return self.answer(200, "<ListBucketResult/>")
        if self.command == "POST" and "uploads" in query:
            multipart = (key, f"m{len(self.running) + 1}")
            self.running[multipart] = {}
            return self.answer(
                200, f"<R xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><UploadId>{multipart[1]}</UploadId></R>"
            )
        if "uploadId" in query:
            if multipart not in self.running:
                raise Refused("404 NoSuchUpload")
            return self.multipart(multipart, query, body)
        if self.command == "PUT":
            self.objects[key] = body
        elif key not in self.objects:
            raise Refused("404 NoSuchKey")
        elif self.command == "DELETE":
            del self.objects[key]
            return self.answer(204, "")
        return self.answer(200, self.objects[key] if self.command == "GET" else "")

    def multipart(self, multipart: tuple[str, str], query: dict[str, str], body: bytes) -> None:
        parts = self.running[multipart]
        if self.command == "PUT":
            parts[int(query["partNumber"])] = body
            return self.answer(200, "", ("ETag", f'"{len(body)}"'))
        if self.command == "DELETE":
            del self.running[multipart]
            return self.answer(204, "")
        if self.command == "GET":
            listed = sorted(number for number in parts if number > int(query.get("part-number-marker", 0)))
            told = "".join(
                f'<Part><PartNumber>{n}</PartNumber><ETag>"{len(parts[n])}"</ETag><Size>{len(parts[n])}</Size></Part>'
                for n in listed[:PAGE]
            )
            more = "true" if len(listed) > PAGE else "false"
            return self.answer(200, f"<ListPartsResult><IsTruncated>{more}</IsTruncated>{told}</ListPartsResult>")
        named = [int(number) for number in re.findall(r"<PartNumber>(\d+)<", body.decode())]
        if named != sorted(parts) or any(len(parts[n]) < SMALLEST_PART for n in named[:-1]):
            raise Refused("400 InvalidPart")
        self.objects[multipart[0]] = b"".join(parts[n] for n in named)
        del self.running[multipart]
        return self.answer(200, "<CompleteMultipartUploadResult/>")

    def answer(self, status: int, body: bytes | str, *headers: tuple[str, str]) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in (("Content-Length", str(len(content))), ("Access-Control-Allow-Origin", "*"), *headers):
            if status != 204 or name != "Content-Length":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def a_strict_bucket() -> Iterator[tuple[type[StrictBucket], Place]]:
    """The server's class, which holds what is in it, and where it is."""

    class Own(StrictBucket):
        objects: ClassVar[dict[str, bytes]] = {}
        running: ClassVar[dict[tuple[str, str], dict[int, bytes]]] = {}
        rules: ClassVar[dict[str, str]] = {}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"s3://{NAME}?endpoint=http://127.0.0.1:{server.server_port}"
    try:
        yield Own, Place.read(url, key=KEY, secret=SECRET)
    finally:
        server.shutdown()
        server.server_close()
