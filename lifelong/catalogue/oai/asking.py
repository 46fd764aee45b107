"""What a harvester asks: verb and arguments, judged as the protocol says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lifelong.catalogue.oai.errors import BadArgument, BadVerb

_LIST = {"metadataPrefix", "from", "until", "set", "resumptionToken"}
#: verb → arguments it knows, arguments it must have (unless a token goes on).
VERBS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": ({"identifier"}, set()),
    "ListSets": ({"resumptionToken"}, set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, {"identifier", "metadataPrefix"}),
    "ListIdentifiers": (_LIST, {"metadataPrefix"}),
    "ListRecords": (_LIST, {"metadataPrefix"}),
}
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NAME = r"[A-Za-z0-9\-_.!~*'()]+"
#: What the schema of the answers takes, for they repeat what was asked.
_SYNTAX = {
    "metadataPrefix": re.compile(_NAME), "set": re.compile(f"{_NAME}(:{_NAME})*"),
    "identifier": re.compile(r"([A-Za-z0-9\-_.!~*'():;/?@&=+$,]|%[0-9A-Fa-f]{2})+"),
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    verb: str
    arguments: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.arguments.get(name, "")


def read(pairs: Iterable[tuple[str, str]]) -> Request:
    """Raises ``BadVerb`` or ``BadArgument``."""
    told: dict[str, list[str]] = {}
    for name, value in pairs:
        told.setdefault(name, []).append(value)
    verbs = told.pop("verb", [])
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise BadVerb(f"exactly one verb is wanted, one of {', '.join(VERBS)}")
    known, needed = VERBS[verbs[0]]
    if strange := sorted(name for name in told if name not in known):
        raise BadArgument(f"{verbs[0]} knows no argument {strange[0]!r}")
    if twice := sorted(name for name, values in told.items() if len(values) > 1):
        raise BadArgument(f"the argument {twice[0]!r} is given more than once")
    arguments = {name: values[0] for name, values in told.items()}
    if strange := sorted(name for name, value in arguments.items() if not value.isprintable()):
        raise BadArgument(f"the argument {strange[0]!r} holds a character that nobody writes")
    if "resumptionToken" in arguments:
        if len(arguments) > 1:
            raise BadArgument("resumptionToken stands alone")
    elif missing := sorted(name for name in needed if not arguments.get(name)):
        raise BadArgument(f"{verbs[0]} needs the argument {missing[0]!r}")
    if strange := sorted(name for name, form in _SYNTAX.items() if not form.fullmatch(arguments.get(name, "x"))):
        raise BadArgument(f"the argument {strange[0]!r} is not written as the protocol wants it")
    return Request(verbs[0], arguments)


def span(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The first instant that counts and the first that counts no more. Raises ``BadArgument``."""
    if since is not None and until is not None and len(since) != len(until):
        raise BadArgument("from and until must have the same granularity")
    start = _instant(since, "from")[0] if since is not None else None
    end = None
    if until is not None:
        last, step = _instant(until, "until")
        if start is not None and start > last:
            raise BadArgument("from is later than until")
        end = last + step if last.year < 9999 else None
    return start, end


def _instant(text: str, name: str) -> tuple[datetime, timedelta]:
    try:
        if _SECOND.fullmatch(text):
            return datetime.fromisoformat(text.replace("Z", "+00:00")), timedelta(seconds=1)
        if _DAY.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC), timedelta(days=1)
    except ValueError:
        pass
    raise BadArgument(f"{name} is no date: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ is wanted")
