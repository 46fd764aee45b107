"""A resource's versions and rounds, and the differences between any two of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import MediaFile
from lifelong.media.queries import renditions_by_file, signed_url
from lifelong.resources.models import Resource
from lifelong.resources.queries.comparing import Comparison
from lifelong.resources.queries.history import Content, VersionLine, compared, contents, history, online_content
from lifelong.resources.views.loading import WorkRequest, resource_or_404, shell
from lifelong.web import workbooks
from lifelong.web.rights import right
from lifelong.web.workbooks import Column

VERSIONS = [
    Column("版本", 8), Column("轮次", 8), Column("回执编号", 20), Column("时间", 18), Column("由谁", 14), Column("结果", 30),
    Column("理由", 60),
]  # fmt: skip


@require_GET
@right("desk")
def versions(request: WorkRequest, resource_id: str) -> HttpResponse:
    """Each version and round: who, when, what was decided and why; two of them are chosen to be compared."""
    resource, seen = resource_or_404(request, resource_id)
    lines = history(resource, seen, request.user)
    known = contents(lines)
    if workbooks.is_wanted(request):
        return workbooks.listed(_("版本与轮次"), VERSIONS, _rows(lines), filters=[resource.resource_id])
    before, after = usual_pair(resource, known)
    context = {**shell(seen[0], request.user), "lines": lines, "many": len(known) > 1, "before": before, "after": after}
    return render(request, "resources/versions.html", context)


def _rows(lines: Iterable[VersionLine]) -> Iterator[list[Any]]:
    for line in lines:
        number, begun = line.version.number, line.begun
        state = str(line.version.get_state_display())
        yield [number, None, "", begun.at if begun else None, begun.who if begun else "", state, ""]
        for one in line.rounds:
            round = one.content.round
            assert round is not None
            said = [f"{entry.verb}（{entry.who}）" for entry in one.decisions]
            why = [f"{head}：{text}" if head else text for entry in one.decisions for head, text in entry.reasons]
            yield [
                number, round.number, round.receipt_number, round.submitted_at, str(round.submitted_by), "；".join(said),
                "\n".join(why),
            ]  # fmt: skip


@require_GET
@right("desk")
def compare(request: WorkRequest, resource_id: str) -> HttpResponse:
    """``from`` and ``to``: ``v2r1`` a round, ``v2`` the newest of a version, ``online`` what the public is shown."""
    resource, seen = resource_or_404(request, resource_id)
    known = contents(history(resource, seen, request.user))
    usual = usual_pair(resource, known)
    before, after = (
        named(request.GET.get(end, ""), resource, known, usual[at]) for at, end in enumerate(("from", "to"))
    )
    context: dict[str, Any] = {**shell(seen[0], request.user), "known": known, "before": before, "after": after}
    if before and after:
        context |= {"comparison": shown(request, before, after), "online": online_content(resource)}
    return render(request, "resources/compare.html", context)


def usual_pair(resource: Resource, known: list[Content]) -> tuple[Content | None, Content | None]:
    """The newest, against what is online where that is another version, else against the one before it."""
    if len(known) < 2:
        return None, None
    newest, online = known[0], online_content(resource)
    if online and online.version.pk != newest.version.pk and (same := _among(online, known)):
        return same, newest
    return known[1], newest


def named(key: str, resource: Resource, known: list[Content], usual: Content | None) -> Content | None:
    """What an address names, among what the person may see; ``usual`` where it names nothing."""
    if not key:
        return usual
    if key == "online":
        online = online_content(resource)
        found = _among(online, known) if online else None
    else:
        found = next((one for one in known if key in {one.key, f"v{one.version.number}"}), None)
    if found is None:
        raise Http404
    return found


def _among(wanted: Content, known: Iterable[Content]) -> Content | None:
    return next((one for one in known if one.key == wanted.key), None)


def shown(request: HttpRequest, before: Content, after: Content) -> Comparison:
    """With addresses for players and pictures that are good for this session alone."""
    comparison, files = compared(before, after)
    sides = [side for side in comparison.sides if side.entry["id"] in files]
    made = renditions_by_file([side.entry["id"] for side in sides])
    for side in sides:
        renditions = made.get(side.entry["id"], {})
        file: MediaFile = files[side.entry["id"]]
        kind = side.entry.get("kind", "media")
        played = renditions.get(RenditionKind.MP4) or renditions.get(RenditionKind.MP3)
        side.src = signed_url(
            played or file, request=request, download_name="" if kind != "rights_file" else file.original_name
        )
        if poster := renditions.get(RenditionKind.POSTER):
            side.poster = signed_url(poster, request=request)
    return comparison
