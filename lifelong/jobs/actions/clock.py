"""By the clock: one job per slot however many workers look, one holder per duty."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from lifelong.jobs.actions.queueing import add
from lifelong.jobs.lifecycle import LEASE_SECONDS
from lifelong.jobs.models import Duty, Job
from lifelong.jobs.schedule import Entry


def enqueue_slot(entry: Entry, at: datetime) -> bool:
    """Make the job of the slot that ``at`` lies in. False while the job of an earlier slot is unfinished."""
    key = entry.key(at)
    if Job.objects.filter(slot=key).exists():
        return True
    earlier = f"{entry.task.module_path}@"
    if Job.objects.unfinished().filter(path=entry.task.module_path, slot__startswith=earlier).exists():
        return False
    with transaction.atomic():
        add(entry.task, (), {}, slot=key)
    return True


def take_duty(name: str, holder: str, *, lease_s: float = LEASE_SECONDS) -> bool:
    """Take or keep a duty; False while another holds it."""
    until = Now() + timedelta(seconds=lease_s)
    if Duty.objects.filter(Q(holder=holder) | Q(lease_until__lt=Now()), name=name).update(
        holder=holder, lease_until=until
    ):
        return True
    if Duty.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Duty.objects.create(name=name, holder=holder, lease_until=until)
    except IntegrityError:  # another worker was quicker
        return False
    return True
