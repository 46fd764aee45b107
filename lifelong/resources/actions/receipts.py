"""回执编号: date and serial, drawn once, also when two submit in the same instant."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from lifelong.resources.models import ReceiptCounter


def next_number(at: datetime) -> str:
    """``20260520-000017``; the day is Shanghai's. Must run inside the transaction that uses the number."""
    day = timezone.localtime(at).date()
    counter = ReceiptCounter.objects.select_for_update().filter(date=day).first() or _first_of(day)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{day:%Y%m%d}-{counter.last:06}"


def _first_of(day: date) -> ReceiptCounter:
    try:
        with transaction.atomic():
            ReceiptCounter.objects.create(date=day)
    except IntegrityError:
        pass  # another transaction began the day
    return ReceiptCounter.objects.select_for_update().get(date=day)
