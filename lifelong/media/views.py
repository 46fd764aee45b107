"""Who stores how much; files that a job prepared; and media where no front stands before Django: the same plan, the same answers."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from lifelong.institutions.actions import register
from lifelong.institutions.models import Institution
from lifelong.media import prepared, queries, serving
from lifelong.media.actions import prepared as actions
from lifelong.media.models import PreparedFile
from lifelong.web import workbooks
from lifelong.web.attempts import asked_back
from lifelong.web.numerals import numeral
from lifelong.web.rights import PUBLIC, right
from lifelong.web.workbooks import Column

BLOCK = 1 << 18
ROWS = 50
GIGABYTE = 1 << 30
MOST_GIGABYTES = 100_000
STORED = [
    Column("单位代码", 14), Column("单位名称", 36), Column("已存文件（GB）", 16), Column("未传完占用（GB）", 18),
    Column("还剩（GB）", 14), Column("配额（GB）", 14),
]  # fmt: skip


@require_GET
@right("storage.manage")
def storage(request: HttpRequest) -> HttpResponse:
    """Who stores how much of what they may, the heaviest first; and whether the disk still has room."""
    words = request.GET.get("q", "").strip()
    found = queries.institutions_by_weight(words)
    if workbooks.is_wanted(request):
        rooms = queries.rooms_of(every := list(found))
        rows = (
            [
                one.code,
                one.name,
                *map(_gigabytes, (rooms[one.pk].stored, rooms[one.pk].waiting, rooms[one.pk].left, one.quota_bytes)),
            ]
            for one in every
        )
        return workbooks.listed(_("存储空间"), STORED, rows, filters=[words] if words else [])
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    rooms = queries.rooms_of(list(page))
    facts = {
        "page": page, "rows": [(one, rooms[one.pk], one.quota_bytes // GIGABYTE) for one in page],
        "disk": queries.disk(), "short": queries.disk_is_short(), "kept": settings.DISK_KEPT_FREE_BYTES,
        "default": settings.DEFAULT_QUOTA_BYTES,
    }  # fmt: skip
    return render(request, "media/storage.html", facts)


def _gigabytes(size: int) -> float:
    return round(size / GIGABYTE, 3)


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


@never_cache
@require_safe
@right("desk")
def prepared_files(request: HttpRequest) -> HttpResponse:
    """What one had written by a job: still coming, or to be fetched until its days are over."""
    return render(request, "media/prepared.html", {"rows": queries.prepared_of(request.user)})  # type: ignore[arg-type]


@require_POST
@right("desk")
def order_prepared(request: HttpRequest) -> HttpResponse:
    """The button of the page that ``prepared.offer`` shows."""
    wanted = prepared.read_offer(request.POST.get("wanted", ""), request.user)  # type: ignore[arg-type]
    if wanted is None:
        messages.error(request, _("这个页面放得太久了，请回到列表重新导出。"))
        return redirect("prepared")
    return redirect("job", actions.order(*wanted, by=request.user, at=timezone.now()))  # type: ignore[arg-type]


@never_cache
@require_safe
@right("desk")
def fetch_prepared(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to the file's address, which is good for this session and at most an hour; as often as one likes."""
    file = get_object_or_404(PreparedFile, pk=pk, owner=request.user, made_at__isnull=False)
    actions.note_fetched(file, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return redirect(queries.signed_url(file.path, request=request, download_name=file.name))


@require_POST
@right("desk")
def remove_prepared(request: HttpRequest, pk: int) -> HttpResponse:
    file = get_object_or_404(PreparedFile, pk=pk, owner=request.user)
    actions.remove(file, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("已删除。"))
    return redirect(asked_back(request, reverse("prepared")))


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
