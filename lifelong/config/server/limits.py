"""How often one address may ask, agreed upon by all workers of the machine through one small shared file.

Generic cell rate algorithm: per address one number, the time at which it would have used up its share. A table of
16,384 buckets of four places, each place a fingerprint and that time; the place longest at rest is given away.
No lock: two workers that write one place in the same microsecond lose a count, never more.
"""

import ipaddress
import mmap
import os
import struct
import time
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

PLACES = 4
BUCKETS = 1 << 14
BUCKET = struct.Struct("QdQdQdQd")
PLACE = struct.Struct("Qd")
SIZE = BUCKETS * BUCKET.size


class Rate:
    """``each`` requests a second for long, ``burst`` at once."""

    def __init__(self, each: float, burst: float) -> None:
        self.interval, self.tolerance = 1 / each, burst / each

    @classmethod
    def read(cls, text: str) -> "Rate":
        """From ``60/600``: sixty a second, six hundred at once."""
        each, burst = text.split("/")
        return cls(float(each), float(burst))


class Limits:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != SIZE:
                os.ftruncate(handle, SIZE)
            self.table = mmap.mmap(handle, SIZE)
        finally:
            os.close(handle)

    def wait_for(self, address: str, kind: str, rate: Rate) -> float:
        """0 where the request is within the rate and now counted, else seconds to wait. This machine never waits."""
        found = place_of(address, kind)
        if found is None:
            return 0.0
        bucket, mark = found
        now = time.monotonic()
        table = BUCKET.unpack_from(self.table, bucket)
        chosen, used_up_at, eldest = 0, 0.0, float("inf")
        for place in range(PLACES):
            owner, until = table[2 * place], table[2 * place + 1]
            if owner == mark:
                chosen, used_up_at = place, until
                break
            if until < eldest:
                chosen, eldest = place, until
        used_up_at = max(used_up_at, now) + rate.interval
        excess = used_up_at - now - rate.tolerance
        if excess > 0:
            return float(excess)
        PLACE.pack_into(self.table, bucket + chosen * PLACE.size, mark, used_up_at)
        return 0.0


@lru_cache(maxsize=8192)
def place_of(address: str, kind: str) -> tuple[int, int] | None:
    """Where this address is counted: offset of its bucket and its fingerprint. An IPv6 customer is a /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if found.is_loopback:
        return None
    packed = found.packed[:8] if found.version == 6 else found.packed
    digest = blake2b(packed, digest_size=16, person=kind.encode()[:16]).digest()
    first, mark = struct.unpack("QQ", digest)
    return first % BUCKETS * BUCKET.size, mark or 1


def begin_anew(path: Path) -> None:
    """The clock of the table starts with the machine: an older table would hold times that have not come yet."""
    path.unlink(missing_ok=True)
