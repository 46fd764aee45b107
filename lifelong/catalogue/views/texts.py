"""Pages that only tell: about, help, agreement, privacy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lifelong.web.rights import PUBLIC, right


@require_safe
@right(PUBLIC)
def text(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"catalogue/text_{name}.html")
