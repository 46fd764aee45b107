"""Who stores how much; and media where no front stands before Django: the same plan, the same answers."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifelong.institutions.actions import register
from lifelong.institutions.models import Institution
from lifelong.media import queries, serving
from lifelong.web.numerals import numeral
from lifelong.web.rights import PUBLIC, right

BLOCK = 1 << 18
ROWS = 50
GIGABYTE = 1 << 30
MOST_GIGABYTES = 100_000


@require_GET
@right("storage.manage")
def storage(request: HttpRequest) -> HttpResponse:
    """Who stores how much of what they may, the heaviest first; and whether the disk still has room."""
    found = queries.institutions_by_weight(request.GET.get("q", "").strip())
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    rooms = queries.rooms_of(list(page))
    facts = {
        "page": page, "rows": [(one, rooms[one.pk], one.quota_bytes // GIGABYTE) for one in page],
        "disk": queries.disk(), "short": queries.disk_is_short(), "kept": settings.DISK_KEPT_FREE_BYTES,
        "default": settings.DEFAULT_QUOTA_BYTES,
    }  # fmt: skip
    return render(request, "media/storage.html", facts)


@require_POST
@right("storage.manage")
def set_quota(request: HttpRequest, code: str) -> HttpResponse:
    institution = get_object_or_404(Institution, code=code)
    gigabytes = numeral(request.POST.get("gigabytes", "").strip())
    if gigabytes is None or not 1 <= gigabytes <= MOST_GIGABYTES:
        messages.error(request, _("请填写 1 到 100000 之间的整数（GB）。"))
    else:
        register.set_quota(institution, quota_bytes=gigabytes * GIGABYTE, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        said = _("“%(name)s”的存储配额现为 %(n)d GB。") % {"name": institution.name, "n": gigabytes}
        messages.success(request, said)
    return redirect("storage")


@right(PUBLIC)
def media(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Public names are meant for everyone; a signed address carries its own right."""
    answer = serving.answer(str(request.method), request.path, request.headers.get)
    response: HttpResponseBase
    if answer.file:
        response = StreamingHttpResponse(stretch(*answer.file), status=answer.status)
    else:
        response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def stretch(path: str, start: int, end: int) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
