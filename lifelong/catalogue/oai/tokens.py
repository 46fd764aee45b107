"""Resumption tokens: stateless, signed, the same answer however often they are used, good for a day."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

from lifelong.catalogue.oai.errors import BadResumptionToken

GOOD_FOR = timedelta(hours=24)
_SALT = "catalogue.oai.token"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Token:
    """Where a list goes on: after the record with this datestamp (microseconds since 1970) and key."""

    verb: str
    prefix: str
    set_spec: str
    since: str | None
    until: str | None
    at_us: int
    key: int
    cursor: int  # how many records came before
    size: int  # of the whole list, as counted when it began
    expires_s: int

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.at_us)

    @property
    def expires_at(self) -> datetime:
        return _EPOCH + timedelta(seconds=self.expires_s)

    def written(self) -> str:
        return signing.dumps(list(asdict(self).values()), salt=_SALT, compress=True)


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def expiry(now: datetime) -> int:
    return int((now + GOOD_FOR).timestamp())


def read(text: str, *, verb: str, now: datetime) -> Token:
    """Raises ``BadResumptionToken`` for what is not ours, belongs to another verb or has grown old."""
    try:
        token = Token(*signing.loads(text, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadResumptionToken("this is no token of ours") from error
    if token.verb != verb:
        raise BadResumptionToken(f"this token goes on with {token.verb}")
    if token.expires_at <= now:
        raise BadResumptionToken("this token has expired; begin the list anew")
    return token
