"""The few questions that the platform asks a bucket, each signed in its address. Every one may be repeated."""

import base64
import hashlib
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import certifi
import httpcore
from lxml import etree

from lifelong.media.bucket.place import Away, Denied, Missing, Place

PIECE = 64 << 20  # of a file that this server puts there itself
CONNECT_SECONDS = 2.0
QUIET_SECONDS = 3.0  # not asked again so soon after it did not answer, so that nobody waits for it in vain
MOST_PARTS = 10_000


class Bucket:
    """Thread-safe. Keys are without the place's prefix."""

    def __init__(self, place: Place) -> None:
        self.place = place
        trusted = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
        self.lines = httpcore.ConnectionPool(ssl_context=trusted, max_connections=16, keepalive_expiry=15)
        self.asked_again_at = 0.0

    def exists(self) -> None:
        """Returns where it is there and the keys are good; raises otherwise."""
        self.ask("GET", query={"list-type": "2", "max-keys": "0", "prefix": self.place.prefix}, seconds=0.8)

    def begin(self, key: str) -> str:
        """A multipart upload; its id."""
        return text(self.ask("POST", key, {"uploads": ""}), "UploadId")

    def part_address(self, key: str, multipart: str, number: int, size: int, seconds: int) -> str:
        """Where a browser may put this one part, of exactly this size."""
        query = {"partNumber": str(number), "uploadId": multipart}
        sized = {"content-length": str(size)}
        return self.place.address(
            "PUT", self.place.prefix + key, query=query, headers=sized, seconds=seconds, outside=True
        )

    def parts(self, key: str, multipart: str) -> dict[int, tuple[int, str]]:
        """What has come of it: number → size and tag."""
        found: dict[int, tuple[int, str]] = {}
        while True:
            known = len(found)
            query = {"uploadId": multipart, "part-number-marker": str(max(found, default=0))}
            tree = parsed(self.ask("GET", key, query))
            for part in tree.iter("{*}Part"):
                found[int(text(part, "PartNumber"))] = (int(text(part, "Size")), text(part, "ETag"))
            if text(tree, "IsTruncated") != "true" or len(found) == known:
                return found

    def complete(self, key: str, multipart: str, parts: Mapping[int, tuple[int, str]]) -> None:
        body = "".join(
            f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>" for n, (_, tag) in sorted(parts.items())
        )
        said = self.ask(
            "POST", key, {"uploadId": multipart}, body=f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>".encode(),
            seconds=600,
        )  # fmt: skip
        if parsed(said).tag.rpartition("}")[2] == "Error":  # it may say 200 first and fail then
            raise Away(f"complete {key}: {said[:300]!r}")

    def abort(self, key: str, multipart: str) -> None:
        self.gone_or(lambda: self.ask("DELETE", key, {"uploadId": multipart}))

    def delete(self, key: str) -> None:
        self.gone_or(lambda: self.ask("DELETE", key))

    def gone_or(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Missing:
            return

    def fetch(self, key: str, target: Path, told: Callable[[float], None]) -> None:
        """The object into a new file; ``told`` hears the share from 0 to 1."""
        with target.open("xb") as file:
            size, done = 0, 0
            for size, block in self.blocks(key):
                file.write(block)
                done += len(block)
                told(done / size if size else 1.0)
            if done != size:
                raise Away(f"{key}: the line was cut at {done} of {size} bytes")
            file.flush()
            os.fsync(file.fileno())

    def blocks(self, key: str) -> Iterator[tuple[int, bytes]]:
        address = self.place.address("GET", self.place.prefix + key)
        with self.minded(), self.lines.stream("GET", address, extensions=patience(60)) as answer:
            if answer.status != 200:
                raise refusal(answer.status, answer.read(), key)
            size = int({name.lower(): value for name, value in answer.headers}[b"content-length"])
            yield size, b""
            for block in answer.iter_stream():
                yield size, block

    def put(self, source: Path, key: str, told: Callable[[float], None]) -> None:
        """A file of this server's into the bucket, a long one in pieces."""
        size = source.stat().st_size
        with source.open("rb") as file:
            if size <= PIECE:
                self.ask("PUT", key, body=file.read(), seconds=120)
                return
            multipart, piece = self.begin(key), max(PIECE, -(-size // MOST_PARTS))
            try:
                for number, block in enumerate(iter(lambda: file.read(piece), b""), 1):
                    self.ask("PUT", key, {"partNumber": str(number), "uploadId": multipart}, body=block, seconds=120)
                    told(file.tell() / size)
                self.complete(key, multipart, self.parts(key, multipart))
            except BaseException:
                self.abort(key, multipart)
                raise

    def allow(self, origin: str) -> None:
        """Pages of ``origin`` may put parts (CORS)."""
        rule = f"<AllowedOrigin>{origin}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader><MaxAgeSeconds>3600</MaxAgeSeconds>"
        self.configure("cors", f"<CORSConfiguration><CORSRule>{rule}</CORSRule></CORSConfiguration>")

    def lets_in(self, origin: str) -> bool:
        """Whether a browser on a page of ``origin`` may put parts."""
        address = self.place.address("PUT", f"{self.place.prefix}originals/trial")
        asking = [("Origin", origin), ("Access-Control-Request-Method", "PUT")]
        with self.minded():
            answer = self.lines.request("OPTIONS", address, headers=asking, extensions=patience(10))
        said = {name.lower(): value.decode() for name, value in answer.headers}
        return answer.status < 300 and said.get(b"access-control-allow-origin") in {"*", origin}

    def tidy_after(self, days: int) -> None:
        """Multipart uploads that nobody ended are dropped by the bucket itself."""
        rule = (
            f"<ID>lifelong-unfinished</ID><Filter><Prefix>{self.place.prefix}originals/</Prefix></Filter><Status>Enabled</Status>"
            f"<AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
        )
        self.configure("lifecycle", f"<LifecycleConfiguration><Rule>{rule}</Rule></LifecycleConfiguration>")

    def configure(self, what: str, rules: str) -> None:
        body = rules.encode()
        proof = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        self.ask("PUT", None, {what: ""}, headers={"content-md5": proof}, body=body)

    def ask(
        self, method: str, key: str | None = None, query: Mapping[str, str] | None = None, *, body: bytes = b"",
        headers: Mapping[str, str] | None = None, seconds: float = 10.0,
    ) -> bytes:  # fmt: skip
        """The body of a good answer. Raises ``Missing``, ``Denied``, ``Away``. Without a key it is the bucket itself."""
        place = "" if key is None else self.place.prefix + key
        address = self.place.address(method, place, query=query, headers=headers)
        content = None if method == "GET" else body
        with self.minded():
            answer = self.lines.request(
                method, address, headers=list((headers or {}).items()), content=content, extensions=patience(seconds)
            )
        if answer.status not in {200, 204}:
            raise refusal(answer.status, answer.content, key or self.place.name)
        return bytes(answer.content)

    @contextmanager
    def minded(self) -> Iterator[None]:
        if time.monotonic() < self.asked_again_at:
            raise Away("did not answer a moment ago")
        try:
            yield
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            self.asked_again_at = time.monotonic() + QUIET_SECONDS
            raise Away(f"{type(error).__name__}: {error}") from error


def patience(seconds: float) -> dict[str, dict[str, float]]:
    return {"timeout": {"connect": min(CONNECT_SECONDS, seconds), "read": seconds, "write": seconds, "pool": seconds}}


def refusal(status: int, body: bytes, what: str) -> Exception:
    found = re.search(rb"<Code>(\w+)</Code>", body)
    code = found[1].decode() if found else ""
    sentence = f"{what}: {status} {code}".strip()
    if status == 404 and code != "NoSuchBucket":
        return Missing(sentence)
    if status >= 500 or status in {408, 429} or code in {"RequestTimeout", "SlowDown", "OperationAborted"}:
        return Away(sentence) if status != 501 else Denied(sentence)
    return Denied(sentence)


PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def parsed(answer: bytes) -> etree._Element:
    try:
        return etree.fromstring(answer, PARSER)
    except etree.XMLSyntaxError as error:
        raise Away(f"no XML: {answer[:200]!r}") from error


def text(tree: "etree._Element | bytes", name: str) -> str:
    root = parsed(tree) if isinstance(tree, bytes) else tree
    return next((each.text or "" for each in root.iter("{*}" + name)), "")
