"""批量上传: a look at files before they are sent, many files to their drafts by name, and what is still on its way."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifelong.institutions.models import Institution
from lifelong.media.actions import check_quota, check_size
from lifelong.media.models import Upload
from lifelong.media.queries import disk_is_short, room_of
from lifelong.resources.actions import sending
from lifelong.resources.queries.reach import institutions_reported_by
from lifelong.resources.queries.sending import (
    Chosen,
    drafts_of,
    how_they_fare,
    match,
    unfinished,
    uploads_named,
)
from lifelong.resources.queries.storage import by_kind, largest
from lifelong.resources.views.loading import WorkRequest, reported_institution
from lifelong.standards.technical import packaged, told
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right

MOST_AT_ONCE, MOST_TO_MATCH, LARGEST_ANSWERED = 50, 2000, 1 << 53


class NotUnderstood(Refusal):
    """The page asks in another way than it was made to."""

    code = "not_understood"
    status = 400


@require_POST
@right("resources.prepare")
def precheck(request: WorkRequest) -> HttpResponse:
    """What a browser read of files, judged before a byte is sent. Nothing is kept; the server measures what arrives."""
    institution = reported_institution(request)
    asked = _files(request, MOST_AT_ONCE)
    running = set(Upload.objects.of(institution).running().values_list("name", "size"))
    running |= set(Upload.objects.of(institution).running().exclude(mark="").values_list("mark", "size"))
    answers = [_look(institution, one, running, archive=request.GET.get("for") == "archive") for one in asked]
    return JsonResponse({"files": answers, "left": room_of(institution).left})


def _look(
    institution: Institution, one: dict[str, Any], running: set[tuple[str, int]], *, archive: bool
) -> dict[str, Any]:
    size, stop = _size(one), ""
    begun = (str(one.get("name")), size) in running or (str(one.get("mark")), size) in running
    try:
        check_size(size)
        if not begun:
            check_quota(institution, size)
    except Refusal as refusal:
        stop = str(refusal)
    findings: list[dict[str, Any]] = []
    repair = ""
    if isinstance(one.get("facts"), dict):
        try:
            facts = told.read(one["facts"])
        except told.NotFacts as error:
            raise NotUnderstood(_("页面发来的文件参数无法解读，请刷新页面再试。")) from error
        known = packaged()
        for finding in told.judge_told(facts, known):
            rule = known.requirement(finding.id)
            findings.append({**finding.to_json(), "title": _(rule.clause) if rule else finding.id})
        if archive:
            findings, is_zip = [], facts.reason == "archive" and facts.looks_like == "zip"
            stop = stop or ("" if is_zip else _("这不是 ZIP 压缩包。请把表格和文件重新压缩为 ZIP。"))
        elif told.is_hopeless(facts):
            stop = findings[0]["message"]
        else:
            repair = told.mendable(facts, known)
    return {"stop": stop, "findings": findings, "repair": repair}


@require_GET
@right("resources.prepare")
def index(request: WorkRequest) -> HttpResponse:
    institution = reported_institution(request)
    drafts = drafts_of(institution)
    facts = {
        "institution": institution, "institutions": list(institutions_reported_by(request.user)),
        "room": room_of(institution), "short": disk_is_short(), "unfinished": unfinished([institution]),
        "waiting": [draft for draft in drafts if draft.wanted or not draft.there][:100], "drafts": len(drafts),
    }  # fmt: skip
    return render(request, "resources/sending.html", facts)


@require_POST
@right("resources.prepare")
def place(request: WorkRequest) -> HttpResponse:
    """Which draft each chosen file belongs to, by its name."""
    institution = reported_institution(request)
    chosen = [
        Chosen(str(one.get("path", ""))[:1000], _size(one), str(one.get("mark", ""))[:64])
        for one in _files(request, MOST_TO_MATCH)
    ]
    drafts = drafts_of(institution)
    found = match(institution, chosen, drafts)
    said = {"files": [each.to_json() for each in found], "drafts": [draft.to_json() for draft in drafts]}
    return JsonResponse({**said, "left": room_of(institution).left})


@require_POST
@right("resources.prepare")
def states(request: WorkRequest) -> HttpResponse:
    asked = [one.get("id") for one in _files(request, MOST_TO_MATCH)]
    own = institutions_reported_by(request.user)
    return JsonResponse({"files": how_they_fare(uploads_named(own, asked))})


@require_POST
@right("resources.prepare")
def cancel(request: WorkRequest, pk: str) -> HttpResponse:
    upload = get_object_or_404(Upload, pk=pk, institution__in=institutions_reported_by(request.user))
    sending.cancel(upload, by=request.user, at=timezone.now())
    messages.success(request, _("已取消上传“%(name)s”，占着的空间已经腾出。") % {"name": upload.name})
    return redirect("resources:sending")


@require_GET
@right("resources.prepare")
def storage(request: WorkRequest) -> HttpResponse:
    """What the institution's quota is used for, and how to get room."""
    institution = reported_institution(request)
    facts = {
        "institution": institution, "room": room_of(institution), "kinds": by_kind(institution),
        "largest": largest(institution),
    }  # fmt: skip
    return render(request, "resources/storage.html", facts)


def _files(request: WorkRequest, most: int) -> list[dict[str, Any]]:
    try:
        told_here = json.loads(request.body, parse_constant=lambda _name: None)
        files = told_here["files"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotUnderstood(_("页面发来的文件参数无法解读，请刷新页面再试。")) from error
    if not isinstance(files, list) or not all(isinstance(one, dict) for one in files):
        raise NotUnderstood(_("页面发来的文件参数无法解读，请刷新页面再试。"))
    if len(files) > most:
        raise NotUnderstood(_("一次最多 %(n)d 个文件，请分几次选择。") % {"n": most})
    return files


def _size(one: dict[str, Any]) -> int:
    size = one.get("size")
    return size if isinstance(size, int) and 0 <= size <= LARGEST_ANSWERED else 0
