"""Keeping how a person wants to hear of what concerns them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from lifelong import audit
from lifelong.notices.models import MailChoice


@transaction.atomic
def choose(*, ways: Mapping[str, str], hour: int, by: Any, at: datetime) -> MailChoice:
    """One's own choice; groups that the person does not hear of now keep what was chosen for them before."""
    MailChoice.objects.get_or_create(user=by)
    choice = MailChoice.objects.select_for_update(of=("self",)).get(user=by)
    choice.ways, choice.hour = {**choice.ways, **ways}, hour
    choice.save(update_fields=["ways", "hour"])
    audit.record("notices.mail_chosen", by=by, of=choice, at=at, detail={"ways": dict(ways), "hour": hour})
    return choice
