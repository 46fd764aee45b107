"""Pages of a listing whose total is known and whose depth is bounded."""

from math import ceil
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from lifelong.catalogue.search.asking import DEEPEST


class Bounded(Paginator):
    """``count`` is the exact total; pages end where the index stops answering."""

    def __init__(self, total: int, size: int) -> None:
        super().__init__(range(total), size)
        self.total = total

    @property
    def count(self) -> int:  # type: ignore[override]
        return self.total

    @property
    def num_pages(self) -> int:  # type: ignore[override]
        return max(1, ceil(min(self.total, DEEPEST) / self.per_page))


def page_of(total: int, number: int, size: int) -> Page[Any]:
    paginator = Bounded(total, size)
    return Page(range(0), min(number, paginator.num_pages), paginator)


def start_of(page: Page[Any]) -> int:
    """How many lines stand before the page."""
    return (page.number - 1) * page.paginator.per_page


def page_number(request: HttpRequest) -> int:
    """``page`` of the address, 1 where it makes no sense."""
    text = request.GET.get("page", "1")
    return min(int(text), 100_000) if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else 1
