"""Where the bucket is, and addresses that prove who may ask (AWS Signature Version 4, in the query)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
PLAIN_PORTS = {"http": ":80", "https": ":443"}
KNOWN = {"endpoint", "internal", "region", "address"}


class WrongPlace(ValueError):
    """``STORAGE_URL`` does not say where a bucket is; the sentence says what is amiss."""


class Away(Exception):
    """The bucket does not answer, or not sensibly; it is worth asking again later."""


class Denied(Exception):
    """The bucket answers and will not: wrong keys, wrong region, no right. Asking again does not help."""


class Missing(Denied):
    """No such object or running upload."""


@dataclass(frozen=True)
class Place:
    name: str
    prefix: str  # of every key, with its slash; empty at the root
    endpoint: str  # as browsers reach it
    internal: str  # as this server reaches it
    region: str
    in_host: bool  # https://bucket.host/key rather than https://host/bucket/key
    key: str
    secret: str = field(repr=False)

    @classmethod
    def read(cls, url: str, *, key: str, secret: str) -> "Place":
        """``s3://bucket[/prefix]?endpoint=https://…[&internal=https://…][&region=…][&address=path|host]``."""
        parts = urlsplit(url)
        said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if unknown := set(said) - KNOWN:
            raise WrongPlace(f"STORAGE_URL: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(KNOWN))}")
        if not parts.netloc or "@" in parts.netloc:
            raise WrongPlace("STORAGE_URL: s3://BUCKET?endpoint=https://…; keys go to STORAGE_KEY and STORAGE_SECRET")
        if not key or not secret:
            raise WrongPlace("STORAGE_URL is a bucket: set STORAGE_KEY and STORAGE_SECRET too")
        if said.get("address", "path") not in {"path", "host"}:
            raise WrongPlace("STORAGE_URL: address is path (host/bucket/…) or host (bucket.host/…)")
        endpoint = plain(said.get("endpoint", ""), "endpoint")
        prefix = parts.path.strip("/")
        return cls(
            name=parts.netloc, prefix=f"{prefix}/" if prefix else "", endpoint=endpoint,
            internal=plain(said["internal"], "internal") if "internal" in said else endpoint,
            region=said.get("region", "us-east-1"), in_host=said.get("address") == "host", key=key, secret=secret,
        )  # fmt: skip

    @property
    def origin(self) -> str:
        """What pages must be allowed to connect to."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{self.host(parts.netloc)}"

    def host(self, netloc: str) -> str:
        return f"{self.name}.{netloc}" if self.in_host else netloc

    def address(
        self, method: str, key: str = "", *, query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, seconds: int = 300, outside: bool = False, at: datetime | None = None,
    ) -> str:  # fmt: skip
        """An address good for one method on one key for ``seconds``; ``headers`` (small letters) must come with it as given.

        ``outside``: for a browser. Without a key it is the bucket itself.
        """
        base = urlsplit(self.endpoint if outside else self.internal)
        host = self.host(base.netloc)
        path = quote(f"{base.path}{'' if self.in_host else f'/{self.name}'}/{key}", safe="/-_.~")
        stamp = (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        named = {"host": host, **(headers or {})}
        asked = {
            **(query or {}), "X-Amz-Algorithm": ALGORITHM, "X-Amz-Credential": f"{self.key}/{scope}", "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": ";".join(sorted(named)),
        }  # fmt: skip
        line = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(asked.items())
        )
        told = "".join(f"{name}:{named[name]}\n" for name in sorted(named))
        request = "\n".join([method, path, line, told, asked["X-Amz-SignedHeaders"], "UNSIGNED-PAYLOAD"])
        text = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
        signed = f"AWS4{self.secret}".encode()
        for word in (*scope.split("/"), text):
            signed = hmac.digest(signed, word.encode(), "sha256")
        return f"{base.scheme}://{host}{path}?{line}&X-Amz-Signature={signed.hex()}"


def plain(url: str, name: str) -> str:
    """Scheme, host and path, without a port that goes without saying."""
    parts = urlsplit(url)
    if parts.scheme not in PLAIN_PORTS or not parts.hostname or parts.query or parts.username:
        raise WrongPlace(f"STORAGE_URL: {name} must be an address such as https://s3.example.cn, not {url!r}")
    netloc = parts.netloc.lower().removesuffix(PLAIN_PORTS[parts.scheme])
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"
