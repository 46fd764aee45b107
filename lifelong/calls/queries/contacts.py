"""Whom a person may ask about what is asked of them: the contacts that the open calls name."""

from collections.abc import Iterator

from lifelong.accounts.models import User
from lifelong.calls.lifecycle import CallState
from lifelong.calls.models import Contact
from lifelong.calls.queries.calls import calls_for, calls_of
from lifelong.institutions.queries import institutions_of
from lifelong.web import helping


def contacts_of(user: User) -> Iterator[helping.Contact]:
    """Of the calls that ask the person's institutions; of an officer, those they work with."""
    asked = {call.pk for one in institutions_of(user) for call in calls_for(one)}
    if not asked and user.has_right("desk"):
        asked = set(calls_of(user).filter(state=CallState.OPEN).values_list("pk", flat=True))
    for one in Contact.objects.filter(call__in=asked).select_related("call").order_by("-call__published_at", "pk"):
        yield helping.Contact(str(one.call), one.name, one.telephone, one.email, one.note)
