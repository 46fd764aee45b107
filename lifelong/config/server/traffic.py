"""How long each page took in this worker, by the name of its address, and what was refused to whom.

Kept in this process for a minute and then added to the ten minutes' row in the database, whatever machine it is on:
a worker that is killed loses a minute of statistics. The event loop alone writes here.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from lifelong.audit.masks import mask_address
from lifelong.config.server.counters import WAYS
from lifelong.monitoring.histogram import BINS, bin_of

EVERY_SECONDS = 60.0
MOST_ADDRESSES = 200
OTHERS = "…"
PAGE, MEDIA, STATIC = (WAYS.index(name) for name in ("page", "media", "static"))
KEPT = "kept-page"
masked = lru_cache(maxsize=4096)(mask_address)


@dataclass
class Traffic:
    """``routes``: name → [histogram …, seconds in all, server errors]; ``refused``: why → masked address → how often."""

    routes: dict[str, list[float]] = field(default_factory=dict)
    refused: dict[str, dict[str, int]] = field(default_factory=dict)

    def answered(self, way: int, route: str, status: int, seconds: float, address: str, *, turned_away: bool) -> None:
        if way == PAGE and not turned_away and route:
            row = self.routes.setdefault(route, [0] * (BINS + 2))
            row[bin_of(seconds)] += 1
            row[BINS] += seconds
            row[BINS + 1] += status >= 500
        if 400 <= status < 500 and (why := reason(way, status, turned_away=turned_away)):
            self.refuse(why, masked(address))

    def refuse(self, why: str, address: str) -> None:
        told = self.refused.setdefault(why, {})
        if address not in told and len(told) >= MOST_ADDRESSES:
            address = OTHERS
        told[address] = told.get(address, 0) + 1

    def take(self) -> "Traffic":
        """What was gathered; it begins anew."""
        taken = Traffic(self.routes, self.refused)
        self.routes, self.refused = {}, {}
        return taken

    def give_back(self, taken: "Traffic") -> None:
        """What could not be written waits for the next time."""
        for name, row in taken.routes.items():
            self.routes[name] = [a + b for a, b in zip(row, self.routes.get(name, [0] * len(row)), strict=True)]
        for why, told in taken.refused.items():
            here = self.refused.setdefault(why, {})
            for address, count in told.items():
                here[address] = here.get(address, 0) + count


def reason(way: int, status: int, *, turned_away: bool) -> str:
    """Why, as the desk names it: ``limit``, ``malformed``, ``guess``, ``forbidden``, or the way itself."""
    if turned_away:
        return "limit" if status == 429 else "malformed"
    if way == PAGE:
        return {404: "guess", 403: "forbidden", 429: "limit"}.get(status, "")
    return "" if way == STATIC or (status == 404 and way != MEDIA) else "limit" if status == 429 else WAYS[way]
