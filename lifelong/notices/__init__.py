"""Notices: in the site and by e-mail, written in the transaction of what they tell of::

from lifelong.notices import send
send(reporter, subject=_("您报送的资源已被退回"), text=reasons, url=reverse("resource", args=[…]), kind="review.returned")
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.notices.models import Mail


def send(
    to: "Iterable[Any] | Any",
    *,
    subject: str,
    text: str,
    url: str = "",
    kind: str = "",
    at: datetime | None = None,
    email: bool = True,
) -> int:
    """A notice in the site for each person and, unless ``email`` is off, a mail to each; returns how many people.

    ``url`` is the path in the site that the notice leads to; ``kind`` a stable name (``review.returned``). Where the kind
    stands in a group (``groups.py``), the person's choice says whether the mail comes at once, in the day's digest or not
    at all. Nobody gets two however often they are named. The mail is delivered after the commit, by a job that tries again.
    """
    from lifelong.notices.actions import send as do

    return do(to, subject=subject, text=text, url=url, kind=kind, at=at, email=email)


def mail_to(address: str, *, subject: str, text: str, secret: bool = False, at: datetime | None = None) -> "Mail":
    """A mail to an address, with or without an account. ``secret``: the body holds a link that lets somebody in; outside
    demo mode no page ever shows it, and it is wiped once it was sent."""
    from lifelong.notices.actions import mail_to as do

    return do(address, subject=subject, text=text, secret=secret, at=at)


def forget_mails_to(addresses: Collection[str]) -> None:
    """For somebody of whom nothing is kept any more; what has not gone out stays unsent."""
    from lifelong.notices.actions import forget_mails_to as do

    do(addresses)
