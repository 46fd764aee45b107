"""What a resource's page carries so that it may tell of its use."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from lifelong.accounts.queries import consent_is_withdrawn
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.lti.tickets import BadTicket, Launch
from lifelong.catalogue.models import Entry
from lifelong.learning.queries.study import length_of
from lifelong.monitoring.intake.tickets import Ticket, until
from lifelong.monitoring.intake.visitors import pseudonym, pseudonym_of
from lifelong.monitoring.policy import standing_of


def ticket_of(entry: Entry, file: int, *, user: Any, launch: str = "") -> str:
    """For everybody the same, except for who is signed in or was sent by a school; nothing for what is not online."""
    if entry.visibility != Visibility.ONLINE:
        return ""
    ticket = Ticket(entry.resource_id, file, length_of(entry, file))
    if launch and (learner := _learner(launch)):
        ticket = replace(ticket, person=learner, until=until(timezone.now()))
    elif user.is_authenticated:
        person = "" if consent_is_withdrawn(user) else pseudonym_of(user)
        ticket = replace(ticket, standing=standing_of(user, entry).value, person=person, until=until(timezone.now()))
    return ticket.written()


def _learner(launch: str) -> str:
    try:
        ticket = Launch.read(launch)
    except BadTicket:
        return ""
    return pseudonym(f"school {ticket.platform} {ticket.sub}") if ticket.sub else ""
