"""Certificates, for their holder, for who checks one, for the operator."""

from django.db.models import QuerySet

from lifelong.accounts.models import User
from lifelong.learning.models import Certificate
from lifelong.resources.identifiers import as_written


def of(user: User) -> QuerySet[Certificate]:
    return Certificate.objects.filter(user=user).defer("items").order_by("-issued_at", "-pk")


def all_issued(text: str = "") -> QuerySet[Certificate]:
    """Newest first; narrowed by a number, or a beginning of the name."""
    found = Certificate.objects.defer("items").order_by("-issued_at", "-pk")
    if not text:
        return found
    number = as_written(text)
    return found.filter(number=number) if number else found.filter(name__startswith=text)


def by_number(text: str) -> Certificate | None:
    """However it was typed; None where no such number was ever issued."""
    number = as_written(text)
    return Certificate.objects.filter(number=number).defer("items").first() if number else None
