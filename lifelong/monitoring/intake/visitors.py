"""Who a visitor is, for a day: a random number in a cookie that ends at midnight and says nothing of anybody.

What is stored is a keyed hash of it under the day's salt (``models/intake.py``), which is forgotten: nobody is followed from day
to day, and no row leads back to a cookie. A page that may keep no cookie (in another site's frame) keeps the same number in its
tab. Who asks not to be followed (DNT, GPC), and whoever comes without a number faster than ``NEWCOMERS`` from one address, is counted as one
with all who share the address and the browser there: never more than are there.
"""

import hashlib
import hmac
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http.cookie import parse_cookie
from django.utils.crypto import salted_hmac

from lifelong.accounts.models import User
from lifelong.learning.actions.study import DAY_ZONE
from lifelong.media.ranges import Header

COOKIE = "visitor"
PLACE = "/events"  # the cookie goes nowhere else
SALT = "lifelong.monitoring.visitor"
NEWCOMERS = "0.5/500"  # a second for long and at once, of one address: a campus, not a script
LENGTH = 32  # of a name, in hexadecimal characters


def day_of(received: float) -> str:
    return datetime.fromtimestamp(received, DAY_ZONE).date().isoformat()


def left_of_day(received: float) -> int:
    """Seconds until midnight."""
    now = datetime.fromtimestamp(received, DAY_ZONE)
    return 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)


def fresh(session: str, day: str) -> str:
    """The number of who has none yet: of the page, so that who keeps nothing is one visitor a page and not one a batch."""
    return salted_hmac(SALT, f"{day}|{session}", algorithm="sha256").hexdigest()[:LENGTH]


def signed(number: str, day: str) -> str:
    """Good on this day alone: numbers that were collected are worth nothing tomorrow."""
    return Signer(salt=f"{SALT}.{day}").sign(number)


@lru_cache(maxsize=16384)
def genuine(text: str, day: str) -> str:
    """The number, or nothing."""
    try:
        return Signer(salt=f"{SALT}.{day}").unsign(text)[:LENGTH]
    except BadSignature:
        return ""


def crowd(address: str, agent: str, day: str) -> str:
    """All who share an address and a browser, as one. The address itself is written nowhere."""
    return salted_hmac(f"{SALT}.crowd", f"{day}|{address}|{agent}", algorithm="sha256").hexdigest()[:LENGTH]


def brought(header: Header) -> str:
    """The text of the cookie."""
    return parse_cookie(header("cookie") or "").get(COOKIE, "")


def cookie(text: str, received: float) -> tuple[str, str]:
    secure = "; Secure" if settings.SECURE else ""
    age = left_of_day(received)
    return "set-cookie", f"{COOKIE}={text}; Path={PLACE}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"


def asks_to_be_left_alone(header: Header) -> bool:
    return header("dnt") == "1" or header("sec-gpc") == "1"


def name_of_the_day(number: str, salt: bytes) -> str:
    return hmac.new(salt, number.encode(), hashlib.sha256).hexdigest()[:LENGTH]


def pseudonym_of(user: User) -> str:
    return pseudonym(f"account {user.pk}")


def pseudonym(of: str) -> str:
    """Of an account or of a school's learner: the same for long, leads back to nobody without the platform's secret."""
    return salted_hmac("lifelong.monitoring.person", of, algorithm="sha256").hexdigest()[:LENGTH]
